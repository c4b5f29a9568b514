/**
 * Read `{"requests": […], "origin": "…", "responses": […], "filters": […], "texts": […]}` and write
 * the page's results: each request's HAR entry, the requests that match each filter, and each text
 * with its invisible characters made visible.
 */

import { text } from "node:stream/consumers";
import { HAR_FOOT, HAR_HEAD, harEntry } from "../../static/js/export/har.js";
import { recognise } from "../../static/js/providers/recognise.js";
import { summarise } from "../../static/js/providers/summary.js";
import { matches, parseFilter } from "../../static/js/state/filter.js";
import { visible } from "../../static/js/text/format.js";

const { requests, origin, responses, filters, texts } = JSON.parse(await text(process.stdin));
/** @param {string} filter */
const chosen = (filter) =>
  requests.map((/** @type {any} */ each) =>
    matches(parseFilter(filter), each, { recognise, summarise }),
  );
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
