// Prints each request to a callback as one line of JSON. Run npm install socket.io-client, then
//   node watch.mjs https://hooks.example.com 3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11
// Add the view key, which is the end of the page's link, if the callback is private.

import { io } from "socket.io-client";

const [, , server, uuid, key] = process.argv;
if (!uuid) {
  console.error("usage: node watch.mjs SERVER UUID [KEY]");
  process.exit(2);
}

const at = { uuid, key };
const socket = io(server, { auth: at });
// The client sends these with each connect, and the server counts the missed requests.
for (const name of ["joined", "request"]) {
  socket.on(name, ({ epoch, seq }) => Object.assign(at, { epoch, seq }));
}

socket.on("joined", ({ missed, viewers }) => {
  console.log(`live at ${server}/${uuid}, viewers: ${viewers}, missed: ${missed ?? "unknown"}`);
});
socket.on("disconnect", (reason) => console.log(`not live: ${reason}`));
socket.on("connect_error", ({ message }) => {
  console.log(`not connected: ${message}`);
  if (!socket.active) process.exitCode = 1; // refused: the client does not try again
});
// JSON in ASCII, so that a sender's text cannot control the terminal.
socket.on("request", (request) => {
  const hex = (/** @type {string} */ c) => c.charCodeAt(0).toString(16).padStart(4, "0");
  console.log(JSON.stringify(request).replace(/[\u007f-\uffff]/g, (c) => `\\u${hex(c)}`));
});
