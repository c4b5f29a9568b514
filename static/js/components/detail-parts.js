/** The detail of a request and its tools, as one part that is loaded with the first request. */

import "./compare-view.js";
import "./request-detail.js";
import "./resend-panel.js";
import "./response-detail.js";
