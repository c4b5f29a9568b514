/** The notices that a page shows at its start, as one part that is loaded on demand. */

import "./address-notice.js";
import "./missing-key.js";
