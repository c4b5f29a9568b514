/**
 * Apply a filter to the list; filter-parser.js defines its language. Uses no DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./entries.js").Entry} Entry
 * @typedef {import("./filter-parser.js").Term} Term
 * @typedef {import("./filter-parser.js").Value} Value
 * @typedef {import("./no-filter.js").ListFilter} ListFilter
 * @typedef {import("./recogniser.js").Recogniser} Recogniser
 */

import { bytesOf } from "../body/body.js";
import { open, opened } from "../body/reading.js";
import { turn } from "../browser/turn.js";
import { linesOf, mediaType, queryOf, subpathAndQuery, textOfLine } from "../wire/captured.js";
import { needlesOf } from "./filter-needles.js";
import { parse } from "./filter-parser.js";
import { NO_RECOGNISER } from "./recogniser.js";

/** Maximum characters of a body that are searched: a multiple of four, for base64. */
const MAX_BODY_SIZE = 1024 * 1024;

/** Maximum characters searched at once, so that a filter does not block a frame. */
const MAX_CHARACTERS_AT_ONCE = 4 * 1024 * 1024;
/** Estimated characters of a request without its body. */
const HEAD_CHARACTERS = 4 * 1024;

/** Maximum bodies that are decompressed at the same time. */
const MAX_OPENING = 8;

/** @type {Record<string, (request: CapturedRequest, recogniser: Recogniser) => string>} */
const TEXTS = {
  method: ({ method }) => method,
  path: (request) => textOfLine(subpathAndQuery(request)),
  from: ({ remote_addr }) => remote_addr,
  provider: providerText,
  event: (request, { summarise }) => summarise(request).event,
  header: (request) => text(headerLines(request), ": "),
  body: bodyText,
  type: mediaType,
  query: (request) => `${text(queryOf(request), "=")}\n${textOfLine(request.query_string)}`,
};

/** The fields that a plain word searches, the cheapest first. */
const SEARCHED = ["method", "path", "from", "provider", "event", "header", "body"];

/** @type {Record<string, (request: CapturedRequest) => [string, string][]>} */
const PAIRS = { header: headerLines, query: queryOf };

/**
 * Return the header and trailer lines as the detail shows them.
 * @param {CapturedRequest} request
 */
function headerLines({ headers, trailers = [] }) {
  return linesOf([...headers, ...trailers]);
}

/**
 * @param {[string, string][]} pairs
 * @param {string} separator
 */
function text(pairs, separator) {
  return pairs.map((pair) => pair.join(separator)).join("\n");
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

/**
 * Whether a request matches all clauses.
 * @param {readonly Term[][]} clauses
 * @param {CapturedRequest} request
 * @param {Recogniser} [recogniser]
 * @param {number} [status]  that the sender received, if known
 */
export function matches(clauses, request, recogniser = NO_RECOGNISER, status = undefined) {
  const subject = new Subject(request, recogniser, status);
  return clauses.every((terms) => terms.some((term) => subject.matches(term)));
}

/** A request and its texts, each read once. */
class Subject {
  #request;
  #recogniser;
  #status;
  /** @type {Map<string, string>} */
  #texts = new Map();

  /**
   * @param {CapturedRequest} request
   * @param {Recogniser} recogniser
   * @param {number | undefined} status
   */
  constructor(request, recogniser, status) {
    this.#request = request;
    this.#recogniser = recogniser;
    this.#status = status;
  }

  /** @param {Term} term */
  matches({ field, values, wanted }) {
    // A request without a known response is neither in `status:404` nor in `-status:404`.
    if (field === "status" && this.#status === undefined) return false;
    return values.some((value) => this.#has(field, value)) === wanted;
  }

  /**
   * @param {string} field
   * @param {Value} value
   */
  #has(field, { text, name, range }) {
    if (range) {
      const number = field === "size" ? this.#request.body.size : (this.#status ?? 0);
      return range.low <= number && number <= range.high;
    }
    if (name === undefined) {
      const fields = field ? [field] : SEARCHED;
      return fields.some((each) => this.#text(each).includes(text));
    }
    if (field === "header" && this.#text(field).includes(`${name}=${text}`)) return true;
    return PAIRS[field](this.#request).some(
      (pair) => pair[0].toLowerCase() === name && pair[1].toLowerCase().includes(text),
    );
  }

  /** @param {string} field */
  #text(field) {
    const known = this.#texts.get(field);
    if (known !== undefined) return known;
    const text = TEXTS[field](this.#request, this.#recogniser).toLowerCase();
    this.#texts.set(field, text);
    return text;
  }
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

/**
 * Whether terms search one of these fields.
 * @param {readonly Term[][]} clauses
 * @param {...string} fields
 */
function uses(clauses, ...fields) {
  return clauses.some((terms) => terms.some(({ field }) => fields.includes(field)));
}

/**
 * A filter for a growing list. Searches each request once, and again when its response is known if
 * the filter depends on that.
 * @implements {ListFilter}
 */
export class Filter {
  /** @type {WeakMap<CapturedRequest, {matches: boolean, status: number | undefined}>} */
  #results = new WeakMap();
  /** @type {Map<CapturedRequest, Promise<void>>} requests whose bodies are being decompressed */
  #opening = new Map();
  #recogniser;
  #clauses;
  #searchesBodies;
  #usesStatus;

  /**
   * @param {string} text  may be incomplete at the end
   * @param {Recogniser} [recogniser]
   */
  constructor(text, recogniser) {
    this.text = text;
    this.#recogniser = recogniser;
    const { clauses, problem } = parse(text, true);
    /** The first problem of the text; the terms without a problem apply. */
    this.problem = problem;
    /** The first problem if the text is complete. */
    this.finalProblem = parse(text).problem;
    this.#clauses = clauses;
    this.needles = needlesOf(clauses);
    this.#searchesBodies = uses(clauses, "", "body");
    this.#usesStatus = uses(clauses, "status");
  }

  /**
   * Return the entries that match, and all notices: a missed request might have matched.
   * `more` is set while some requests have not been searched; call again when it is fulfilled.
   * @param {readonly Entry[]} entries
   * @param {import("./responses.js").Responses} [responses]
   * @returns {{shown: readonly Entry[], more: Promise<void> | null}}
   */
  choose(entries, responses) {
    if (this.#clauses.length === 0) return { shown: entries, more: null };
    let room = MAX_CHARACTERS_AT_ONCE;
    const shown = entries.filter((entry) => {
      if (entry.kind !== "request") return true;
      const { request } = entry;
      const status = this.#usesStatus ? responses?.get(request)?.status : undefined;
      if (!this.#isSearched(request, status) && !this.#waitsForBody(request, status)) {
        if (room <= 0) return false;
        room -= HEAD_CHARACTERS + request.body.content.length;
        this.#search(request, status);
      }
      return this.#results.get(request)?.matches;
    });
    return { shown, more: room <= 0 ? turn() : this.#oneOpened() };
  }

  /**
   * @param {CapturedRequest} request
   * @param {number | undefined} status
   */
  #isSearched(request, status) {
    const result = this.#results.get(request);
    return result !== undefined && result.status === status;
  }

  /**
   * @param {CapturedRequest} request
   * @param {number | undefined} status
   */
  #search(request, status) {
    const found = matches(this.#clauses, request, this.#recogniser, status);
    this.#results.set(request, { matches: found, status });
  }

  /**
   * Whether the body has to be decompressed first. Starts to decompress it.
   * @param {CapturedRequest} request
   * @param {number | undefined} status
   */
  #waitsForBody(request, status) {
    if (!this.#searchesBodies || opened(request)) return false;
    if (this.#opening.size < MAX_OPENING && !this.#opening.has(request)) {
      const searched = open(request).then(() => {
        this.#search(request, status); // now: the decompressed body may be dropped later
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
