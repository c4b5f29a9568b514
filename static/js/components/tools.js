/** The tools for requests, as one part that is loaded on demand: many small parts compress badly. */

import "./compare-view.js";
import "./link-view.js";
import "./reply-sheet.js";
import "./resend-panel.js";
import "./response-detail.js";
import "./sample-sheet.js";

export { read } from "./opened-notice.js";
