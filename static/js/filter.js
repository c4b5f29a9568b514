/**
 * What the reader looks for: `method:post path:/orders header:stripe body:"a card" -word`.
 * All terms must match; a plain word may stand anywhere. No DOM in here.
 *
 * @typedef {import("./captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./store.js").Entry} Entry
 *
 * @typedef {object} Term
 * @property {string} field    a key of FIELDS, or "" for everywhere
 * @property {string} text     lower case
 * @property {boolean} wanted  false: a request that has it is left out
 */

import { linesOf, targetBelow, textOfLine } from "./captured.js";

/** Of a body, so many characters are searched: a multiple of four, for base64. */
const MOST_OF_A_BODY = 1024 * 1024;

/** What is looked through in one go, so that no filter holds up a frame. */
const CHARACTERS_AT_ONCE = 4 * 1024 * 1024;
const CHARACTERS_BESIDE_A_BODY = 4 * 1024;

/** @type {Record<string, (request: CapturedRequest) => string>} the cheap ones first */
const FIELDS = {
  method: ({ method }) => method,
  path: (request) => textOfLine(targetBelow(request)),
  from: ({ remote_addr }) => remote_addr,
  header: headerText,
  body: bodyText,
};

/**
 * The lines as they are shown.
 * @param {CapturedRequest} request
 */
function headerText({ headers, trailers = [] }) {
  const lines = linesOf([...headers, ...trailers]);
  return lines.map(([name, value]) => `${name}: ${value}`).join("\n");
}

const TERM = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S*))/gi;

/**
 * @param {string} text
 * @returns {Term[]}
 */
export function parseFilter(text) {
  return Array.from(text.toLowerCase().matchAll(TERM), term).filter(({ text }) => text);
}

/**
 * @param {RegExpExecArray} found
 * @returns {Term}
 */
function term([, minus, prefix = "", quoted, word]) {
  const text = quoted ?? word;
  const wanted = minus === "";
  if (prefix === "" || Object.hasOwn(FIELDS, prefix)) return { field: prefix, text, wanted };
  return { field: "", text: `${prefix}:${text}`, wanted };
}

/**
 * @param {readonly Term[]} terms
 * @param {CapturedRequest} request
 */
export function matches(terms, request) {
  return terms.every(({ field, text, wanted }) => {
    const fields = field ? [FIELDS[field]] : Object.values(FIELDS);
    return fields.some((read) => read(request).toLowerCase().includes(text)) === wanted;
  });
}

/** @param {CapturedRequest} request */
function bodyText({ body: { content, encoding } }) {
  const start = content.slice(0, MOST_OF_A_BODY);
  return encoding === "base64" ? atob(start) : start;
}

/** One filter over a growing list: each request is looked at once. */
export class Filter {
  /** @type {WeakMap<CapturedRequest, boolean>} */
  #verdicts = new WeakMap();
  #terms;

  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.#terms = parseFilter(text);
  }

  /**
   * Those that match, notices among them: a request that was missed might have matched.
   * `searching` when some were left for the next go; they are not among them.
   * @param {readonly Entry[]} entries
   */
  choose(entries) {
    if (this.#terms.length === 0) return { shown: entries, searching: false };
    let room = CHARACTERS_AT_ONCE;
    const shown = entries.filter((entry) => {
      if (entry.kind !== "request") return true;
      const { request } = entry;
      if (!this.#verdicts.has(request)) {
        if (room <= 0) return false;
        room -= CHARACTERS_BESIDE_A_BODY + request.body.content.length;
        this.#verdicts.set(request, matches(this.#terms, request));
      }
      return this.#verdicts.get(request);
    });
    return { shown, searching: room <= 0 };
  }
}
