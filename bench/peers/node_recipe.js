// The Node recipe: `http` and Socket.IO, as Socket.IO's documentation shows, with its Redis adapter
// if REDIS_URL is set.

import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const CALLBACK = /^\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|$)/;

const server = createServer((request, response) => {
  const [path, ...query] = (request.url ?? "").split("?");
  const callback = CALLBACK.exec(path)?.[1];
  if (!callback) {
    response.writeHead(404).end();
    return;
  }
  /** @type {Buffer[]} */
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    io.to(callback).emit("request", {
      method: request.method,
      path,
      query_string: query.join("?"),
      remote_addr: request.socket.remoteAddress,
      headers: pairs(request.rawHeaders),
      body: Buffer.concat(chunks).toString(),
    });
    response.end();
  });
});

/** @param {string[]} raw Names and values in turn. */
function pairs(raw) {
  const headers = [];
  for (let at = 0; at < raw.length; at += 2) {
    headers.push([raw[at], raw[at + 1]]);
  }
  return headers;
}

const io = new Server(server, { cors: { origin: "*" } });

if (process.env.REDIS_URL) {
  const publisher = createClient({ url: process.env.REDIS_URL });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  io.adapter(createAdapter(publisher, subscriber));
}

io.on("connection", (socket) => {
  socket.on("join", (payload, acknowledge) => {
    socket.join(payload.uuid);
    acknowledge({ ok: true });
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1");
