/** Reads `{"request": …, "origin": "…"}` and writes the request in each format, as base64. */

import { text } from "node:stream/consumers";
import { CHOICES, takenAs } from "../../static/js/take-away/formats.js";

const { request, origin } = JSON.parse(await text(process.stdin));
const pairs = CHOICES.map(({ value }) => [value, Buffer.from(takenAs(value, request, origin))]);
const written = pairs.map(([format, bytes]) => [format, bytes.toString("base64")]);
process.stdout.write(JSON.stringify(Object.fromEntries(written)));
