/**
 * The callback's reply on the server. The only file that calls its API.
 *
 * @typedef {import("./reply.js").Reply} Reply
 */

import { ReplyProblem } from "./reply.js";

const TIME_OUT_MS = 10_000;

export class ReplyApi {
  #url;

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
  }

  /** @returns {Promise<Reply>} */
  async read() {
    return (await this.#ask("GET")).json();
  }

  /**
   * Rejects with a `ReplyProblem` in the server's words.
   * @param {unknown} reply
   */
  async save(reply) {
    await this.#ask("PUT", JSON.stringify(reply));
  }

  async reset() {
    await this.#ask("DELETE");
  }

  /**
   * @param {string} method
   * @param {string} [body]
   */
  async #ask(method, body) {
    const headers = { Accept: "application/json", "Content-Type": "application/json" };
    const signal = AbortSignal.timeout(TIME_OUT_MS);
    const response = await fetch(this.#url, { method, headers, body, signal }).catch(() => {
      throw new Error("The server can’t be reached.");
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

/** @param {Response} response */
async function problemOf(response) {
  const { error } = await response.json().catch(() => ({})); // a proxy responds as it likes
  return new ReplyProblem(
    error?.message ?? `The server responded with ${response.status}.`,
    error?.field,
  );
}
