/** The rare tools, as one part that is loaded on demand: many small parts compress badly. */

import "./link-view.js";
import "./reply-sheet.js";
import "./sample-sheet.js";

export { read } from "./opened-notice.js";
