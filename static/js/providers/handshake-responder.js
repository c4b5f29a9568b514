/**
 * Responds to handshakes that need a secret, while the page remembers that secret. Only the response
 * leaves the page. Uses no DOM.
 *
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("../wire/contract.js").Stream} Stream
 * @typedef {import("../state/secrets.js").Secrets} Secrets
 */

import { apiHeaders } from "../wire/private.js";
import { findHandshake, handshakeResponse } from "./handshake.js";
import { providerOf } from "./registry.js";

const TIMEOUT_MS = 10_000;

export class HandshakeResponder {
  #secrets;
  #url;
  #key;

  /**
   * @param {Secrets} secrets
   * @param {string} url  of the callback in the API, with a slash at the end
   * @param {string} [key]  the view key of a private callback
   */
  constructor(secrets, url, key = "") {
    this.#secrets = secrets;
    this.#url = url;
    this.#key = key;
  }

  /**
   * Make senders of handshakes wait for this page, while it can respond to some.
   * @param {Pick<Stream, "respond">} stream
   */
  follow(stream) {
    if (!this.#secrets.responds) return;
    const update = () => stream.respond(this.#secrets.providerIds.some(needsPage) && "handshakes");
    this.#secrets.subscribe(update);
    update();
  }

  /**
   * Respond to a request if it is a handshake whose secret is remembered.
   * @param {CapturedRequest} request
   */
  async answer(request) {
    if (!this.#secrets.responds || this.#secrets.providerIds.length === 0) return;
    const found = findHandshake(request);
    const fields = found?.needsSecret && this.#secrets.get(found.provider.id);
    if (!fields) return;
    const { secret, ...options } = fields;
    const response = await handshakeResponse(request, secret, options);
    if (!response) return;
    const body = { encoding: "utf-8", content: response.body };
    await this.#post(request.id, { ...response, body });
  }

  /**
   * Post a response. If that fails, the sender gets the reply of the callback.
   * @param {string} id  of the request
   * @param {unknown} response
   */
  async #post(id, response) {
    const url = `${this.#url}requests/${encodeURIComponent(id)}/response`;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers = apiHeaders(this.#key);
    const options = { method: "POST", headers, body: JSON.stringify(response), signal };
    await fetch(url, options).catch(() => undefined);
  }
}

/**
 * Whether a provider has handshakes that need the secret.
 * @param {string} provider  its id
 */
function needsPage(provider) {
  return providerOf(provider)?.handshakes?.some(({ secret }) => secret) ?? false;
}
