/**
 * The errors of the client. The message is for people. `reason` is a stable word for programs: the
 * server's reason if it gave one (docs/errors.md), else the reason of the class.
 *
 *     ClientError
 *     ├── Invalid         an argument is wrong, such as a URL
 *     ├── Unreachable     the server did not respond, or can't respond now
 *     │   └── TooSlow     the response did not arrive in time
 *     ├── Rejected        the server refused, and would refuse again
 *     ├── NothingArrived  no matching request arrived in time
 *     └── Closed          the inbox is closed
 */

/** The base class of all errors of the client. */
export class ClientError extends Error {
  /** @param {string} message @param {string} reason  a stable word */
  constructor(message, reason) {
    super(message);
    this.name = new.target.title;
    this.reason = reason;
  }

  /** The name of the class, which minifiers change. */
  static title = "ClientError";
}

/** An argument is wrong, such as a URL. */
export class Invalid extends ClientError {
  static title = "Invalid";
  /** @param {string} message @param {string} [reason] */
  constructor(message, reason = "invalid") {
    super(message, reason);
  }
}

/** The server did not respond, or can't respond now. */
export class Unreachable extends ClientError {
  static title = "Unreachable";
  /** @param {string} message @param {string} [reason] */
  constructor(message, reason = "unreachable") {
    super(message, reason);
  }
}

/** The response did not arrive in time. */
export class TooSlow extends Unreachable {
  static title = "TooSlow";
  /** @param {string} message */
  constructor(message) {
    super(message, "too_slow");
  }
}

/** The server refused, and would refuse again. */
export class Rejected extends ClientError {
  static title = "Rejected";
  /** @param {string} message @param {string} [reason] */
  constructor(message, reason = "rejected") {
    super(message, reason);
  }
}

/** No matching request arrived in time. The message lists the requests that arrived. */
export class NothingArrived extends ClientError {
  static title = "NothingArrived";
  /** @param {string} message */
  constructor(message) {
    super(message, "nothing_arrived");
  }
}

/** The inbox is closed. */
export class Closed extends ClientError {
  static title = "Closed";
  constructor(message = "The inbox is closed.") {
    super(message, "closed");
  }
}
