/**
 * The filter of the list: `method:post path:/orders provider:stripe event:invoice body:"a card" -word`.
 * All terms must match. A plain word matches anywhere. Uses no DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./entries.js").Entry} Entry
 * @typedef {import("./recogniser.js").Recogniser} Recogniser
 *
 * @typedef {object} Term
 * @property {string} field    a key of FIELDS, or "" for all fields
 * @property {string} text     in lower case
 * @property {boolean} wanted  false: exclude requests that contain the text
 */

import { bytesOf } from "../body/body.js";
import { open, opened } from "../body/reading.js";
import { turn } from "../browser/turn.js";
import { linesOf, subpathAndQuery, textOfLine } from "../wire/captured.js";
import { filterNeedles } from "./filter-needles.js";
import { NO_RECOGNISER } from "./recogniser.js";

/** Maximum characters of a body that are searched: a multiple of four, for base64. */
const MAX_BODY_SIZE = 1024 * 1024;

/** Maximum characters searched at once, so that a filter does not block a frame. */
const MAX_CHARACTERS_AT_ONCE = 4 * 1024 * 1024;
/** Estimated characters of a request without its body. */
const HEAD_CHARACTERS = 4 * 1024;

/** Maximum bodies that are decompressed at the same time. */
const MAX_OPENING = 8;

/** Examples of terms, for people. */
export const EXAMPLES = [
  "provider:stripe",
  "event:invoice",
  "method:post",
  "path:/orders",
  "header:json",
  'body:"a card"',
  "from:203.0.113.9",
  "-word",
];

/** @type {Record<string, (request: CapturedRequest, recogniser: Recogniser) => string>} the cheapest first */
const FIELDS = {
  method: ({ method }) => method,
  path: (request) => textOfLine(subpathAndQuery(request)),
  from: ({ remote_addr }) => remote_addr,
  provider: providerText,
  event: (request, { summarise }) => summarise(request).event,
  header: headerText,
  body: bodyText,
};

/**
 * Return the header and trailer lines as the detail shows them.
 * @param {CapturedRequest} request
 */
function headerText({ headers, trailers = [] }) {
  const lines = linesOf([...headers, ...trailers]);
  return lines.map(([name, value]) => `${name}: ${value}`).join("\n");
}

/**
 * Return the id and the name of the provider, or the name of the protocol.
 * @param {CapturedRequest} request
 * @param {Recogniser} recogniser
 */
function providerText(request, { recognise, summarise }) {
  const { id, name } = recognise(request)?.provider ?? {};
  return id ? `${id} ${name}` : summarise(request).provider;
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
 * @param {Recogniser} [recogniser]
 */
export function matches(terms, request, recogniser = NO_RECOGNISER) {
  return terms.every(({ field, text, wanted }) => {
    const fields = field ? [FIELDS[field]] : Object.values(FIELDS);
    return fields.some((read) => read(request, recogniser).toLowerCase().includes(text)) === wanted;
  });
}

/**
 * Return text decoded by its charset, other bytes as Latin-1, or "" while the body is compressed.
 * @param {CapturedRequest} request
 */
function bodyText(request) {
  const body = opened(request)?.body;
  if (!body) return "";
  if (body.encoding === "utf-8") return body.content.slice(0, MAX_BODY_SIZE);
  const bytes = bytesOf(body).subarray(0, MAX_BODY_SIZE);
  return new TextDecoder("latin1").decode(bytes);
}

/** @param {Term} term */
function searchesBodies({ field }) {
  return field === "" || field === "body";
}

/** A filter for a growing list. Searches each request once. */
export class Filter {
  /** @type {WeakMap<CapturedRequest, boolean>} */
  #results = new WeakMap();
  /** @type {Map<CapturedRequest, Promise<void>>} requests whose bodies are being decompressed */
  #opening = new Map();
  #recogniser;
  #terms;
  #searchesBodies;

  /**
   * @param {string} text
   * @param {Recogniser} [recogniser]
   */
  constructor(text, recogniser) {
    this.text = text;
    this.#recogniser = recogniser;
    this.#terms = parseFilter(text);
    this.needles = filterNeedles(text);
    this.#searchesBodies = this.#terms.some(searchesBodies);
  }

  /**
   * Return the entries that match, and all notices: a missed request might have matched.
   * `more` is set while some requests have not been searched; call again when it is fulfilled.
   * @param {readonly Entry[]} entries
   * @returns {{shown: readonly Entry[], more: Promise<void> | null}}
   */
  choose(entries) {
    if (this.#terms.length === 0) return { shown: entries, more: null };
    let room = MAX_CHARACTERS_AT_ONCE;
    const shown = entries.filter((entry) => {
      if (entry.kind !== "request") return true;
      const { request } = entry;
      if (!this.#results.has(request) && !this.#waitsForBody(request)) {
        if (room <= 0) return false;
        room -= HEAD_CHARACTERS + request.body.content.length;
        this.#search(request);
      }
      return this.#results.get(request);
    });
    return { shown, more: room <= 0 ? turn() : this.#oneOpened() };
  }

  /** @param {CapturedRequest} request */
  #search(request) {
    this.#results.set(request, matches(this.#terms, request, this.#recogniser));
  }

  /**
   * Whether the body has to be decompressed first. Starts to decompress it.
   * @param {CapturedRequest} request
   */
  #waitsForBody(request) {
    if (!this.#searchesBodies || opened(request)) return false;
    if (this.#opening.size < MAX_OPENING && !this.#opening.has(request)) {
      const searched = open(request).then(() => {
        this.#search(request); // now: the decompressed body may be dropped later
        this.#opening.delete(request);
      });
      this.#opening.set(request, searched);
    }
    return true;
  }

  /** @returns {Promise<void> | null} */
  #oneOpened() {
    return this.#opening.size > 0 ? Promise.race(this.#opening.values()) : null;
  }
}
