/**
 * The order of a stream's events while it moves from its first connection, which is about to end, to
 * a second one. Uses no clock and no socket.
 *
 * @typedef {import("./contract.js").Joined} Joined
 * @typedef {{epoch?: string, seq?: number}} Place
 * @typedef {[name: string, payload: any]} StreamEvent
 */

/** Maximum events that the handover holds back. */
export const MAX_HELD_EVENTS = 10_000;
/** Maximum characters of their JSON together. */
export const MAX_HELD_CHARACTERS = 16 * 1024 * 1024;

/**
 * Delivers each event of a stream once and in order. During a handover it holds back the events of
 * the second connection until the first one has delivered everything before them, or has ended.
 */
export class Handover {
  #at;
  #deliver;
  /** Whether the queue became unavailable after the last `joined`. */
  #isStalled = false;
  #isHolding = false;
  /** @type {StreamEvent[]} */
  #held = [];
  #characters = 0;
  /** The latest `joined` among them. @type {Joined | undefined} */
  #joined = undefined;
  /** Positions whose `responded` the first connection delivered during the handover. */
  #responded = new Set();

  /**
   * @param {Place} at  the position of the stream, which is updated before each delivery
   * @param {(name: string, payload: any) => void} deliver
   */
  constructor(at, deliver) {
    this.#at = at;
    this.#deliver = deliver;
  }

  /** Whether the second connection can replace the first one once that has ended. */
  get hasJoined() {
    return this.#joined !== undefined;
  }

  /** Whether the first connection has delivered everything that the second one will not. */
  get isReady() {
    return this.#joined !== undefined && this.#isBehind(this.#joined);
  }

  /** Whether the handover holds back too much. */
  get isFull() {
    if (!this.#isHolding) return false;
    const count = this.#held.length + this.#responded.size;
    return count > MAX_HELD_EVENTS || this.#characters > MAX_HELD_CHARACTERS;
  }

  /** Start to hold back events. Call it before the second connection is opened. */
  start() {
    this.cancel();
    this.#responded = new Set();
    this.#isHolding = true;
  }

  /** Drop the held events, because the second connection has ended. */
  cancel() {
    this.#isHolding = false;
    this.#held = [];
    this.#characters = 0;
    this.#joined = undefined;
  }

  /**
   * Deliver an event of the first or only connection.
   * @param {string} name
   * @param {any} payload
   */
  receive(name, payload) {
    if (name === "request" && this.#isBehind(payload)) return; // the earlier connection delivered it
    if (name === "responded" && this.#isRepeated(payload)) return;
    if (isPlaced(name)) Object.assign(this.#at, { epoch: payload.epoch, seq: payload.seq });
    if (name === "joined") this.#isStalled = false;
    if (name === "status" && payload.queue === "down") this.#isStalled = true;
    this.#deliver(name, payload);
  }

  /**
   * Hold back an event of the second connection.
   * @param {string} name
   * @param {any} payload
   */
  hold(name, payload) {
    if (name === "refused") return; // the first connection reports it
    if (name === "status" && !this.#joined) return; // `joined` follows when the queue is available
    if (name === "joined") this.#joined = payload;
    this.#held.push([name, payload]);
    this.#characters += JSON.stringify(payload).length;
  }

  /** Deliver the events that it held back. From now on the second connection is the only one. */
  takeOver() {
    const held = this.#held;
    this.cancel();
    // The first connection may have reached an epoch that the second one reached after some events.
    const start = held.findIndex(
      ([name, { epoch }]) => name === "joined" && epoch === this.#at.epoch,
    );
    for (const [index, [name, payload]] of held.entries()) {
      if (index < start && isPlaced(name)) continue;
      attempt(() => (name === "joined" ? this.#rejoin(payload) : this.receive(name, payload)));
    }
  }

  /**
   * Report the gap before the second connection joined. Report only the number of viewers if
   * nothing is missing: the stream was live all the time.
   * @param {Joined} joined
   */
  #rejoin(joined) {
    const { epoch, seq = 0 } = this.#at;
    const ahead = seq - joined.seq;
    // The server counted from an earlier position than that of the first connection.
    if (epoch !== joined.epoch) return this.receive("joined", { ...joined, missed: null });
    if (ahead < 0) return this.receive("joined", { ...joined, missed: -ahead });
    if (!this.#isStalled) return this.receive("viewers", joined);
    const recovered = Math.max(0, (joined.recovered ?? 0) - ahead) || undefined;
    this.receive("joined", { ...joined, seq, missed: 0, recovered });
  }

  /**
   * Whether the stream has passed a position.
   * @param {Place} place
   */
  #isBehind({ epoch, seq = 0 }) {
    return epoch === this.#at.epoch && seq <= (this.#at.seq ?? 0);
  }

  /**
   * Whether the earlier connection delivered this event, too.
   * @param {{epoch: string, seq: number}} responded
   */
  #isRepeated({ epoch, seq }) {
    const key = `${seq} ${epoch}`;
    if (this.#isHolding) this.#responded.add(key);
    return !this.#isHolding && this.#responded.delete(key);
  }
}

/**
 * Whether events of that name have a position in the stream.
 * @param {string} name
 */
function isPlaced(name) {
  return name === "joined" || name === "request";
}

/**
 * Run a delivery. If it throws, throw later, so that the events after it are delivered.
 * @param {() => void} delivery
 */
function attempt(delivery) {
  try {
    delivery();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
