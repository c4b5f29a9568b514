/**
 * Opens a stream with the module that a server gives out: `node stream-cli.js MODULE PLACE`. What
 * the stream tells is a line of JSON each; a line on standard input closes it, and its place is the
 * last line.
 */

import { once } from "node:events";
import { pathToFileURL } from "node:url";

const [, , file, place] = process.argv;
/** @type {typeof import("../../static/js/wire/stream.js")} */
const { openStream, placeOf } = await import(pathToFileURL(file).href);

/** @param {string} name @returns {(payload: unknown) => void} */
const tell = (name) => (payload) => console.log(JSON.stringify([name, payload]));

const where = place.startsWith("{") ? JSON.parse(place) : placeOf(place);
const stream = openStream(where, {
  linkChanged: tell("linkChanged"),
  joined: tell("joined"),
  requestArrived: tell("requestArrived"),
  requestResponded: tell("requestResponded"),
  replyChanged: tell("replyChanged"),
});
await once(process.stdin, "data");
process.stdin.destroy();
tell("closed")(stream.close());
