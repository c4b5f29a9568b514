/** The detail of a request and the comparison of two, as one part that is loaded with the first request. */

import "./compare-view.js";
import "./request-detail.js";
