/**
 * What the reader looks for: `method:post path:/orders header:stripe body:"a card" -word`.
 * All terms must match; a plain word may stand anywhere. No DOM in here.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./entries.js").Entry} Entry
 *
 * @typedef {object} Term
 * @property {string} field    a key of FIELDS, or "" for everywhere
 * @property {string} text     lower case
 * @property {boolean} wanted  false: a request that has it is left out
 */

import { bytesOf } from "../body/body.js";
import { open, opened } from "../body/reading.js";
import { turn } from "../browser/turn.js";
import { linesOf, subpathAndQuery, textOfLine } from "../wire/captured.js";

/** Of a body, so many characters are searched: a multiple of four, for base64. */
const MAX_OF_A_BODY = 1024 * 1024;

/** What is looked through in one go, so that no filter holds up a frame. */
const CHARACTERS_AT_ONCE = 4 * 1024 * 1024;
const CHARACTERS_BESIDE_A_BODY = 4 * 1024;

/** Bodies that are decompressed at the same time. */
const MAX_OPENING = 8;

/** @type {Record<string, (request: CapturedRequest) => string>} the cheap ones first */
const FIELDS = {
  method: ({ method }) => method,
  path: (request) => textOfLine(subpathAndQuery(request)),
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

/**
 * Text by its charset, other bytes byte for byte; of a body that is not decompressed yet nothing.
 * @param {CapturedRequest} request
 */
function bodyText(request) {
  const body = opened(request)?.body;
  if (!body) return "";
  if (body.encoding === "utf-8") return body.content.slice(0, MAX_OF_A_BODY);
  const bytes = bytesOf(body).subarray(0, MAX_OF_A_BODY);
  return new TextDecoder("latin1").decode(bytes);
}

/** @param {Term} term */
function looksIntoBodies({ field }) {
  return field === "" || field === "body";
}

/** One filter over a growing list: each request is looked at once. */
export class Filter {
  /** @type {WeakMap<CapturedRequest, boolean>} */
  #verdicts = new WeakMap();
  /** @type {Map<CapturedRequest, Promise<void>>} those whose bodies are being decompressed */
  #opening = new Map();
  #terms;
  #intoBodies;

  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.#terms = parseFilter(text);
    this.#intoBodies = this.#terms.some(looksIntoBodies);
  }

  /**
   * Those that match, notices among them: a request that was missed might have matched.
   * `more`, when some are left out because they are not looked at yet: fulfilled when it is worth
   * while to choose again.
   * @param {readonly Entry[]} entries
   * @returns {{shown: readonly Entry[], more: Promise<void> | null}}
   */
  choose(entries) {
    if (this.#terms.length === 0) return { shown: entries, more: null };
    let room = CHARACTERS_AT_ONCE;
    const shown = entries.filter((entry) => {
      if (entry.kind !== "request") return true;
      const { request } = entry;
      if (!this.#verdicts.has(request) && !this.#mustOpen(request)) {
        if (room <= 0) return false;
        room -= CHARACTERS_BESIDE_A_BODY + request.body.content.length;
        this.#judge(request);
      }
      return this.#verdicts.get(request);
    });
    return { shown, more: room <= 0 ? turn() : this.#oneOpened() };
  }

  /** @param {CapturedRequest} request */
  #judge(request) {
    this.#verdicts.set(request, matches(this.#terms, request));
  }

  /**
   * Whether its body is to be decompressed first, which begins here.
   * @param {CapturedRequest} request
   */
  #mustOpen(request) {
    if (!this.#intoBodies || opened(request)) return false;
    if (this.#opening.size < MAX_OPENING && !this.#opening.has(request)) {
      const judged = open(request).then(() => {
        this.#judge(request); // now: it may be forgotten before the next look
        this.#opening.delete(request);
      });
      this.#opening.set(request, judged);
    }
    return true;
  }

  /** @returns {Promise<void> | null} */
  #oneOpened() {
    return this.#opening.size > 0 ? Promise.race(this.#opening.values()) : null;
  }
}
