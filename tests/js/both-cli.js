/**
 * Read `{"requests": […], "origin": "…", "responses": […], "texts": […]}` and write the
 * page's results: each request's HAR entry, and each text with its invisible characters made visible.
 */

import { text } from "node:stream/consumers";
import { HAR_FOOT, HAR_HEAD, harEntry } from "../../static/js/export/har.js";
import { visible } from "../../static/js/text/format.js";

const { requests, origin, responses, texts } = JSON.parse(await text(process.stdin));
process.stdout.write(
  JSON.stringify({
    head: HAR_HEAD,
    foot: HAR_FOOT,
    entries: requests.map((/** @type {any} */ each) => harEntry(each, origin)),
    responded: responses.map((/** @type {any} */ each) => harEntry(requests[0], origin, each)),
    texts: texts.map(visible),
  }),
);
