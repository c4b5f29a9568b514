/** A server that a test drives by hand: Socket.IO over long-polling, as far as a viewer needs it. */

import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const HANDSHAKE = { upgrades: [], pingInterval: 60_000, pingTimeout: 60_000, maxPayload: 1e6 };

/** One connection of a viewer. */
class Session {
  /** The `auth` that the viewer sent. @type {any} */
  auth = undefined;
  /** The payloads of its `join` messages. @type {any[]} */
  joins = [];
  /** The header fields of each of its requests. @type {import("node:http").IncomingHttpHeaders[]} */
  headers = [];
  ended = false;
  /** @type {string[]} */
  #packets = [];
  /** @type {import("node:http").ServerResponse | undefined} */
  #poll = undefined;

  /** @param {string} sid */
  constructor(sid) {
    this.sid = sid;
  }

  /** @param {string} name @param {any} payload */
  emit(name, payload) {
    this.send(`42${JSON.stringify([name, payload])}`);
  }

  /** Cut the connection, as when a worker has stopped. */
  cut() {
    this.ended = true;
    this.#poll?.destroy();
  }

  /** @param {string} packet */
  send(packet) {
    this.#packets.push(packet);
    this.#flush();
  }

  /** @param {import("node:http").ServerResponse} response */
  poll(response) {
    this.#poll = response;
    this.#flush();
  }

  #flush() {
    if (!this.#poll || this.#packets.length === 0) return;
    this.#poll.end(this.#packets.join("\x1e"));
    this.#poll = undefined;
    this.#packets = [];
  }
}

export class ScriptedServer {
  /** Where requests are redirected to, if anywhere. @type {string | undefined} */
  redirect = undefined;
  /** The results of the next claims, `{ok: true}` by default. @type {object[]} */
  results = [];
  /** Number of requests. */
  requests = 0;
  /** Number of new sessions that get `503`. */
  refusals = 0;
  /** Number of sessions that were refused. */
  refused = 0;
  /** @type {Map<string, Session>} */
  #sessions = new Map();
  /** Sessions that a viewer joined, and no test has taken yet. @type {Session[]} */
  #arrived = [];
  #changes = new EventTarget();
  #server = createServer((request, response) => this.#serve(request, response));

  async start() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    this.url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Wait for the next session whose viewer has sent `auth`. */
  async session() {
    await this.until(() => this.#arrived.length > 0);
    return /** @type {Session} */ (this.#arrived.shift());
  }

  /** Wait for a condition, which is checked after each request. @param {() => boolean} isTrue */
  async until(isTrue) {
    while (!isTrue()) await once(this.#changes, "change");
  }

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  async #serve(request, response) {
    this.requests++;
    const sid = new URL(request.url ?? "", this.url).searchParams.get("sid");
    const session = sid ? this.#sessions.get(sid) : undefined;
    session?.headers.push(request.headers);
    if (this.redirect) response.writeHead(307, { location: this.redirect }).end();
    else if (!sid) this.#open(response);
    else if (!session || session.ended) response.writeHead(400).end();
    else if (request.method === "GET") session.poll(response);
    else {
      for (const packet of (await text(request)).split("\x1e")) this.#receive(session, packet);
      response.end("ok");
    }
    this.#changes.dispatchEvent(new Event("change"));
  }

  /** @param {import("node:http").ServerResponse} response */
  #open(response) {
    if (this.refusals > 0) {
      this.refusals--;
      this.refused++;
      response.writeHead(503).end();
      return;
    }
    const sid = `session-${this.#sessions.size + 1}`;
    this.#sessions.set(sid, new Session(sid));
    response.end(`0${JSON.stringify({ sid, ...HANDSHAKE })}`);
  }

  /** @param {Session} session @param {string} packet */
  #receive(session, packet) {
    if (packet.startsWith("40")) {
      session.auth = JSON.parse(packet.slice(2));
      session.send(`40${JSON.stringify({ sid: `socket of ${session.sid}` })}`);
      this.#arrived.push(session);
    }
    const [, id, claim] = /^42(\d*)(\["join",.*)/.exec(packet) ?? [];
    if (claim) {
      session.joins.push(JSON.parse(claim)[1]);
      session.send(`43${id}${JSON.stringify([this.results.shift() ?? { ok: true }])}`);
    }
    if (packet === "41" || packet === "1") session.ended = true; // DISCONNECT, CLOSE
  }
}
