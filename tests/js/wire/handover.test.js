import assert from "node:assert/strict";
import { mock, test } from "node:test";
import {
  Handover,
  MAX_HELD_CHARACTERS,
  MAX_HELD_EVENTS,
} from "../../../static/js/wire/handover.js";

/**
 * A script is a list of steps. "1" is an event of the first connection, "2" of the second. "end"
 * ends the first connection. The handover is complete as soon as it can be.
 *
 * @typedef {["1" | "2", string, any] | ["end"]} Step
 */

/** The position after a `joined` or a request. @param {number} seq @param {string} [epoch] */
const at = (seq, epoch = "e") => ({ epoch, seq });

/** @param {"1" | "2"} from @param {number} seq @param {string} [epoch] @returns {Step} */
const request = (from, seq, epoch) => [from, "request", at(seq, epoch)];

/** @param {number} seq @param {object} [more] @param {string} [epoch] @returns {Step} */
const joined = (seq, more, epoch) => [
  "2",
  "joined",
  { ...at(seq, epoch), missed: 0, viewers: 1, ...more },
];

/** @param {"1" | "2"} from @param {number} seq @returns {Step} */
const responded = (from, seq) => [from, "responded", { ...at(seq), status: 200, by: "default" }];

/** Write an event as one word or two. @param {string} name @param {any} payload */
const word = (name, { epoch, seq, missed, recovered, viewers, queue }) => {
  if (name === "request") return epoch === "e" ? `${seq}` : `${epoch}${seq}`;
  if (name === "responded") return `responded ${seq}`;
  if (name === "joined") {
    const more = recovered ? ` recovered ${recovered}` : "";
    return `joined ${epoch}${seq} missed ${missed}${more}`;
  }
  if (name === "viewers") return `viewers ${viewers}`;
  return name === "status" ? `queue ${queue}` : name;
};

/**
 * Return the events that are delivered, with "switch" where the second connection replaces the
 * first, and "holding" at the end if it does not.
 * @param {Step[]} steps
 */
const play = (steps) => {
  /** @type {string[]} */
  const delivered = [];
  const handover = new Handover({ ...at(5) }, (name, payload) => {
    delivered.push(word(name, payload));
  });
  let switched = false;
  handover.start();
  for (const [from, name = "", payload] of steps) {
    if (from === "2" && !switched) handover.hold(name, payload);
    else if (from !== "end") handover.receive(name, payload);
    if (switched || !(handover.isReady || (from === "end" && handover.hasJoined))) continue;
    switched = true;
    delivered.push("switch");
    handover.takeOver();
  }
  return [...delivered, ...(switched ? [] : ["holding"])].join(", ");
};

const down = { queue: "down", reason: "a" };
const NONE = { missed: null };

/** @type {Record<string, [Step[], string]>} */
const INTERLEAVINGS = {
  "an idle stream switches at once": [[joined(5)], "switch, viewers 1"],
  "the first connection is ahead": [
    [
      request("1", 6),
      request("1", 7),
      joined(5),
      request("2", 6),
      request("2", 7),
      request("2", 8),
    ],
    "6, 7, switch, viewers 1, 8",
  ],
  "the second connection is ahead": [
    [
      joined(7),
      request("2", 8),
      request("1", 6),
      request("2", 9),
      request("1", 7),
      request("2", 10),
    ],
    "6, 7, switch, viewers 1, 8, 9, 10",
  ],
  "the first connection ends early, and the rest is a gap": [
    [joined(8), request("2", 9), request("1", 6), ["end"], request("2", 10)],
    "6, switch, joined e8 missed 2, 9, 10",
  ],
  "the first connection ends without a gap": [
    [request("1", 6), joined(6), ["end"], request("2", 7)],
    "6, switch, viewers 1, 7",
  ],
  "the first connection ends before the second joined": [
    [request("1", 6), ["2", "viewers", { viewers: 2 }], ["end"]],
    "6, holding",
  ],
  "the epoch differs until the first connection ends": [
    [joined(2, NONE, "f"), request("2", 3, "f"), request("1", 6), ["end"], request("2", 4, "f")],
    "6, switch, joined f2 missed null, f3, f4",
  ],
  "the epoch differs, and the server counted from an earlier position": [
    [joined(2, { missed: 3 }, "f"), request("1", 6), ["end"], request("2", 3, "f")],
    "6, switch, joined f2 missed null, f3",
  ],
  "the first connection reaches the other epoch": [
    [joined(2, NONE, "f"), ["1", "joined", { ...at(1, "f"), missed: null }], request("1", 2, "f")],
    "joined f1 missed null, f2, switch, viewers 1",
  ],
  "both connections reach another epoch": [
    [
      ...[joined(7), request("2", 8), joined(0, NONE, "f"), request("2", 1, "f")],
      ...[request("1", 6), /** @type {Step} */ (["1", "joined", { ...at(0, "f"), missed: null }])],
    ],
    "6, joined f0 missed null, switch, viewers 1, f1",
  ],
  "the second connection has a hole that the first fills": [
    [joined(5 + 1), request("2", 7), joined(9, { missed: 2 }), request("2", 10)].concat(
      [6, 7, 8, 9].map((seq) => request("1", seq)),
    ),
    "6, 7, 8, 9, switch, viewers 1, viewers 1, 10",
  ],
  "the second connection has a hole that the first fills in part": [
    [joined(6), request("2", 7), joined(9, { missed: 2 }), request("2", 10)].concat(
      [request("1", 6), request("1", 7), request("1", 8)],
      [["end"]],
    ),
    "6, 7, 8, switch, viewers 1, joined e9 missed 1, 10",
  ],
  "requests that the second connection recovers are not shown as recovered": [
    [request("1", 6), joined(5, { recovered: 2 }), request("2", 6), request("2", 7)],
    "6, switch, viewers 1, 7",
  ],
  "a gap that the second connection recovers in part": [
    [joined(7, { recovered: 2 }), ["end"], request("2", 8), request("2", 9), request("2", 10)],
    "switch, joined e7 missed 2 recovered 2, 8, 9, 10",
  ],
  "both connections report the same response": [
    [responded("1", 5), joined(6), responded("2", 5), request("1", 6), responded("2", 6)],
    "responded 5, 6, switch, viewers 1, responded 6",
  ],
  "the second connection reports a response after the first did, and after the switch": [
    [responded("1", 4), joined(5), responded("2", 4), responded("2", 5)],
    "responded 4, switch, viewers 1, responded 5",
  ],
  "held events are replayed in order, except refused requests": [
    [
      joined(6, { viewers: 3 }),
      ["2", "viewers", { viewers: 2 }],
      ["2", "refused", { count: 1 }],
      ["2", "reply", { reply: null }],
      ["1", "refused", { count: 1 }],
      request("1", 6),
      ["2", "refused", { count: 1 }],
    ],
    "refused, 6, switch, viewers 3, viewers 2, reply, refused",
  ],
  "the server of the second connection stops, too": [
    [joined(6), ["2", "bye", { reason: "draining" }], request("1", 6)],
    "6, switch, viewers 1, bye",
  ],
  "the queue of the first worker is unavailable": [
    [["1", "status", down], joined(5)],
    "queue down, switch, joined e5 missed 0",
  ],
  "the queue of the first worker is unavailable, and the second recovers": [
    [request("1", 6), ["1", "status", down], joined(5, { recovered: 3 }), request("2", 7)],
    "6, queue down, switch, joined e6 missed 0 recovered 2, 7",
  ],
  "the queue of the second worker is unavailable": [
    [joined(6), ["2", "status", down], request("1", 6), joined(6)],
    "6, switch, viewers 1, queue down, joined e6 missed 0",
  ],
  "the second connection waits for its queue before it joins": [
    [["2", "status", down], ["2", "status", { queue: "up" }], joined(5)],
    "switch, viewers 1",
  ],
};

for (const [name, [steps, expected]] of Object.entries(INTERLEAVINGS)) {
  test(`handover: ${name}`, () => assert.equal(play(steps), expected));
}

/** A handover in which everything delivered is kept. */
const kept = () => {
  /** @type {string[]} */
  const delivered = [];
  const handover = new Handover({ ...at(5) }, (name, payload) => {
    delivered.push(word(name, payload));
  });
  handover.start();
  return { handover, delivered };
};

test("events of a second connection that ended before the switch are dropped", () => {
  const { handover, delivered } = kept();
  for (const [, name = "", payload] of [joined(6), request("2", 7)]) handover.hold(name, payload);
  handover.cancel();
  assert.deepEqual([handover.hasJoined, handover.isReady], [false, false]);
  for (const seq of [6, 7]) handover.receive("request", at(seq));
  handover.start();
  handover.hold("joined", { ...at(7), viewers: 1 });
  assert.equal(handover.isReady, true);
  handover.takeOver();
  assert.deepEqual(delivered, ["6", "7", "viewers 1"]);
});

test("too many or too large events are noticed, and only during a handover", () => {
  const { handover } = kept();
  const large = { ...at(7), body: { content: "x".repeat(MAX_HELD_CHARACTERS) } };
  handover.hold("request", large);
  assert.equal(handover.isFull, true);
  handover.cancel();
  assert.equal(handover.isFull, false);
  for (let seq = 0; seq <= MAX_HELD_EVENTS; seq++) handover.receive("responded", at(seq));
  assert.equal(handover.isFull, false);
  handover.start();
  for (let seq = 0; seq < MAX_HELD_EVENTS; seq++) handover.hold("request", at(seq));
  assert.equal(handover.isFull, false);
  handover.receive("responded", at(1));
  assert.equal(handover.isFull, true);
});

test("without a handover every event is delivered, also a position that goes back", () => {
  const { handover, delivered } = kept();
  handover.cancel();
  handover.receive("joined", { ...at(2), missed: null });
  for (const seq of [3, 5]) handover.receive("request", at(seq));
  for (const seq of [3, 3]) handover.receive("responded", at(seq));
  assert.deepEqual(delivered, [
    ...["joined e2 missed null", "3", "5", "responded 3", "responded 3"],
  ]);
});

test("an error in a delivery is thrown later, and the events after it are delivered", () => {
  /** @type {number[]} */
  const delivered = [];
  const handover = new Handover({ ...at(5) }, (_name, { seq }) => {
    delivered.push(seq);
    if (seq === 6) throw new Error("in the sink");
  });
  handover.start();
  for (const [, name = "", payload] of [joined(5), request("2", 6), request("2", 7)]) {
    handover.hold(name, payload);
  }
  const later = mock.method(globalThis, "queueMicrotask", () => {});
  handover.takeOver();
  const [{ arguments: thrown }] = later.mock.calls;
  later.mock.restore();
  assert.deepEqual(delivered, [5, 6, 7]);
  assert.throws(/** @type {() => void} */ (thrown[0]), /in the sink/);
});
