/** Read `{"requests": […], "origin": "…"}` and write each request in all formats, as base64. */

import { text } from "node:stream/consumers";
import { FORMATS } from "../../static/js/export/formats.js";
import { target } from "../../static/js/export/outgoing.js";

/** @type {{ requests: import("../../static/js/wire/contract.js").CapturedRequest[], origin: string }} */
const { requests, origin } = JSON.parse(await text(process.stdin));
const all = requests.map((request) =>
  Object.fromEntries(
    Object.entries(FORMATS).map(([name, write]) => [
      name,
      Buffer.from(write(request, target(request, origin))).toString("base64"),
    ]),
  ),
);
process.stdout.write(JSON.stringify(all));
