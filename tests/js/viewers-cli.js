/**
 * Watch a callback with viewers of one kind, and print their events as lines of JSON:
 * `node viewers-cli.js KIND SERVER UUID COUNT`. Each line is the number of the viewer, the name of
 * an event, and its payload. KIND is `socket.io-client` or `stream.js`, which the server publishes.
 */

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { io } from "socket.io-client";

const [, , kind, server, uuid, count] = process.argv;

/** @typedef {(name: string, payload: unknown) => void} Report */

/** @param {Report} report */
function watchWithSocketIo(report) {
  const at = { uuid };
  const socket = io(server, { auth: at, transports: ["websocket"], forceNew: true });
  for (const name of ["joined", "request"])
    socket.on(name, ({ epoch, seq, id, missed, recovered }) => {
      Object.assign(at, { epoch, seq });
      report(name, { epoch, seq, id, missed, recovered });
    });
  socket.on("disconnect", () => report("live", false));
}

/** @param {Report} report */
async function watchWithModule(report) {
  const file = join(mkdtempSync(join(tmpdir(), "stream-")), "stream.mjs");
  writeFileSync(file, await (await fetch(`${server}/static/stream.js`)).text());
  /** @type {typeof import("../../static/js/wire/stream.js")} */
  const { openStream, parseCallbackUrl } = await import(pathToFileURL(file).href);
  openStream(parseCallbackUrl(`${server}/${uuid}`), {
    joined: (joined) => report("joined", joined),
    requestArrived: ({ epoch, seq, id }) => report("request", { epoch, seq, id }),
    linkChanged: ({ state }) => report("live", state === "live"),
  });
}

const watch = kind === "stream.js" ? watchWithModule : watchWithSocketIo;
for (let number = 0; number < Number(count); number++)
  watch((name, payload) => console.log(JSON.stringify([number, name, payload])));
