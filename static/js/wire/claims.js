/**
 * Claims a role for a stream: to be the callback's responder, as one viewer can be at a time, or to
 * respond to handshakes, as any number of viewers can.
 *
 * @typedef {import("./contract.js").Responding} Responding
 * @typedef {import("./contract.js").Role} Role
 * @typedef {Pick<import("socket.io-client").Socket, "connected" | "emit">} Socket
 */

/** Milliseconds between two claims while the server refuses them. */
const RETRY_MS = 1000;

/** The reason with which a server refuses every claim. */
const FINAL = "replies_off";

/** The server can refuse a claim until it notices that an earlier connection has ended. */
export class Claims {
  /** @type {Role} */
  role = false;
  #identity;
  #report;
  /** The number of claims. Only the result of the latest one counts. */
  #number = 0;
  #isActive = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /**
   * @param {{uuid: string, key?: string}} identity
   * @param {(responding: Responding) => void} report
   */
  constructor({ uuid, key }, report) {
    this.#identity = { uuid, key };
    this.#report = report;
  }

  /** Claim the role on a connection, or give it up. @param {Socket} socket */
  claim(socket) {
    this.stop();
    const number = this.#number;
    const join = { ...this.#identity, respond: this.role };
    socket.emit("join", join, (/** @type {any} */ { ok, reason = "", error = "" }) => {
      if (number !== this.#number) return;
      this.#isActive = Boolean(ok && this.role);
      this.#report({ active: this.#isActive, reason, message: error });
      if (ok || reason === FINAL) return;
      this.#timer = setTimeout(() => socket.connected && this.claim(socket), RETRY_MS);
    });
  }

  /** Report that the role was lost with the connection. */
  lose() {
    this.stop();
    if (this.#isActive) this.#report({ active: false, reason: "", message: "" });
    this.#isActive = false;
  }

  /** Ignore the result of the latest claim, and send no further one. */
  stop() {
    this.#number++;
    clearTimeout(this.#timer);
  }
}
