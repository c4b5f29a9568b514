/**
 * Reads `{"requests": […], "origin": "…", "responses": […], "filters": […], "texts": […]}`
 * and writes what the page makes of them: each request's HAR entry, for each filter which requests
 * it lets through, and each text with what is invisible in it made visible.
 */

import { text } from "node:stream/consumers";
import { HAR_FOOT, HAR_HEAD, harEntry } from "../../static/js/export/har.js";
import { matches, parseFilter } from "../../static/js/state/filter.js";
import { visible } from "../../static/js/text/format.js";

const { requests, origin, responses, filters, texts } = JSON.parse(await text(process.stdin));
/** @param {string} filter */
const chosen = (filter) =>
  requests.map((/** @type {any} */ each) => matches(parseFilter(filter), each));
process.stdout.write(
  JSON.stringify({
    head: HAR_HEAD,
    foot: HAR_FOOT,
    entries: requests.map((/** @type {any} */ each) => harEntry(each, origin)),
    responded: responses.map((/** @type {any} */ each) => harEntry(requests[0], origin, each)),
    filters: filters.map(chosen),
    texts: texts.map(visible),
  }),
);
