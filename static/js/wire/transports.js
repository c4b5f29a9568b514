/** The transports of a stream. Headers are sent on those that can send them. */

import { Fetch, NodeWebSocket, WebSocket as PlainWebSocket, XHR } from "socket.io-client";
import { isBrowser } from "./credentials.js";

/** Only outside of browsers, the platform's WebSocket accepts options. */
class WebSocketWithHeaders extends PlainWebSocket {
  /**
   * @param {string} url
   * @param {string | string[] | undefined} _protocols
   * @param {{headers?: Record<string, string>}} options
   */
  createSocket(url, _protocols, { headers }) {
    return new globalThis.WebSocket(url, /** @type {any} */ ({ headers }));
  }
}

/** A redirect is an error, because it could lead the headers to another server. */
class PollingWithHeaders extends Fetch {
  doPoll() {
    this.#fetch({}, (text) => this.onData(text));
  }

  /** @param {string} body @param {() => void} done */
  doWrite(body, done) {
    this.#fetch({ method: "POST", body }, done);
  }

  /** @param {RequestInit} request @param {(text: string) => void} act */
  async #fetch(request, act) {
    const { extraHeaders: headers, withCredentials } = this.opts;
    const credentials = withCredentials ? "include" : "same-origin";
    const options = /** @type {const} */ ({ headers, credentials, redirect: "error" });
    let text;
    try {
      const response = await fetch(this.uri(), { ...request, ...options });
      if (!response.ok) return this.onError("fetch error", response.status);
      text = await response.text();
    } catch (error) {
      return this.onError("fetch error", error);
    }
    act(text);
  }
}

/**
 * Return the class for WebSockets, or undefined without one: Socket.IO would wait for it.
 * @param {boolean} hasHeaders
 */
function webSocketFor(hasHeaders) {
  if ("WebSocket" in globalThis) {
    if (!hasHeaders) return PlainWebSocket;
    return isBrowser ? undefined : WebSocketWithHeaders;
  }
  // Node 20 lacks it. There, Socket.IO brings its own class, which also sends headers.
  return NodeWebSocket === PlainWebSocket ? undefined : NodeWebSocket;
}

/**
 * Return the transports of a connection, WebSocket first.
 * @param {boolean} hasHeaders
 */
export function transportsFor(hasHeaders) {
  const webSocket = webSocketFor(hasHeaders);
  // Node has no XMLHttpRequest; in a page, Fetch would not send cookies.
  const plainPolling = "XMLHttpRequest" in globalThis ? XHR : Fetch;
  const polling = hasHeaders ? PollingWithHeaders : plainPolling;
  return webSocket ? [webSocket, polling] : [polling];
}
