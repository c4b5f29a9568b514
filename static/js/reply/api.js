/**
 * Reads and changes the callback's reply. Only this file calls the API of replies.
 *
 * @typedef {import("./reply.js").Reply} Reply
 */

import { apiHeaders } from "../wire/private.js";
import { ReplyProblem } from "./texts.js";

const TIMEOUT_MS = 10_000;

export class ReplyApi {
  #url;
  #key;

  /**
   * @param {string} url
   * @param {string} [key]  the view key of a private callback
   */
  constructor(url, key = "") {
    this.#url = url;
    this.#key = key;
  }

  /** @returns {Promise<Reply>} */
  async read() {
    return (await this.#request("GET")).json();
  }

  /**
   * Save a reply. Rejects with a `ReplyProblem` that has the server's message.
   * @param {unknown} reply
   */
  async save(reply) {
    await this.#request("PUT", JSON.stringify(reply));
  }

  async reset() {
    await this.#request("DELETE");
  }

  /**
   * @param {string} method
   * @param {string} [body]
   */
  async #request(method, body) {
    const headers = { Accept: "application/json", ...apiHeaders(this.#key) };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(this.#url, { method, headers, body, signal }).catch(() => {
      throw new Error("The server can’t be reached. Check the connection, then try again.");
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

/** @param {Response} response */
async function problemOf(response) {
  const { error } = await response.json().catch(() => ({})); // a proxy's error need not be JSON
  return new ReplyProblem(
    error?.message ?? `The server responded with ${response.status}.`,
    error?.field,
  );
}
