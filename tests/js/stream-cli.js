/**
 * Open a stream with the module that a server publishes: `node stream-cli.js MODULE POSITION
 * [OPTIONS]`. POSITION is JSON or a callback URL, and OPTIONS is JSON. Each call of the sink is printed as a line of JSON. A line on
 * standard input closes the stream, and its position is the last line.
 */

import { once } from "node:events";
import { pathToFileURL } from "node:url";

const [, , file, given, options = "{}"] = process.argv;
/** @type {typeof import("../../static/js/wire/stream.js")} */
const { openStream, parseCallbackUrl } = await import(pathToFileURL(file).href);

/** @param {string} name @returns {(payload: unknown) => void} */
const report = (name) => (payload) => console.log(JSON.stringify([name, payload]));

const position = given.startsWith("{") ? JSON.parse(given) : parseCallbackUrl(given);
const sink = {
  linkChanged: report("linkChanged"),
  joined: report("joined"),
  requestArrived: report("requestArrived"),
  requestResponded: report("requestResponded"),
  replyChanged: report("replyChanged"),
};
const stream = openStream(position, sink, JSON.parse(options));
await once(process.stdin, "data");
process.stdin.destroy();
report("closed")(stream.close());
