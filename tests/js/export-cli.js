/** Read `{"requests": […], "origin": "…"}` and write each request in all formats, as base64. */

import { text } from "node:stream/consumers";
import { CHOICES, exportAs } from "../../static/js/export/formats.js";

/** @type {{ requests: import("../../static/js/wire/contract.js").CapturedRequest[], origin: string }} */
const { requests, origin } = JSON.parse(await text(process.stdin));
const all = requests.map((request) =>
  Object.fromEntries(
    CHOICES.map(({ value }) => [
      value,
      Buffer.from(exportAs(value, request, origin)).toString("base64"),
    ]),
  ),
);
process.stdout.write(JSON.stringify(all));
