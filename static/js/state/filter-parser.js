/**
 * The language of the filter: `method:put|post size:>10kB "a card" -path:/health`. Uses no DOM.
 * `webhook_logger/client/filter_parser.py` implements the same language, with the same words from
 * filter.json. Both pass tests/filter_cases.json.
 *
 *     filter = clause { space clause }     all must match
 *     clause = term { " | " term }         one must match
 *     term   = ["-"] [field ":"] value { "|" value }
 *     value  = word | quoted | name "=" (word | quoted)     a name only after header: and query:
 *
 * @typedef {object} Value
 * @property {string} text     in lower case
 * @property {string} [name]   of a header line or a query parameter, in lower case
 * @property {boolean} quoted
 * @property {Range} [range]   of a size or a status
 *
 * @typedef {{low: number, high: number}} Range  both inclusive
 *
 * @typedef {object} Term
 * @property {string} field    a key of FIELDS, or "" for a plain word
 * @property {Value[]} values  one of them must match
 * @property {boolean} wanted  false: exclude requests that match
 *
 * @typedef {object} Suggestion
 * @property {string} term  the corrected term
 * @property {string} text  the corrected filter
 *
 * @typedef {object} Problem
 * @property {string} reason   a key of the errors in filter.json
 * @property {string} message
 * @property {Suggestion[]} suggestions
 *
 * @typedef {object} Parsed
 * @property {Term[][]} clauses   without those that have a problem
 * @property {Problem | null} problem  the first one
 */

import language from "../../../webhook_logger/client/filter.json" with { type: "json" };
import { isIncomplete, rangeOf } from "./filter-ranges.js";

/** @type {Record<string, {example: string, meaning: string}>} */
export const FIELDS = language.fields;
/** @type {Record<string, string>} */
const ALIASES = language.aliases;
/** @type {Record<string, string>} */
const ERRORS = language.errors;

/** Fields whose values can start with a name. */
const NAMED = ["header", "query"];
/** Fields whose values are numbers. */
const NUMERIC = ["size", "status"];

const PREFIX = /([A-Za-z]+(?:-[A-Za-z0-9]+)+|[A-Za-z]{2,}):/y;
const NAME = /[^ \t\n\r\f\v\xa0\u3000|="]+=/y;
const SPACES = /[ \t\n\r\f\v\xa0\u3000]*/y;
const WORD = /[^ \t\n\r\f\v\xa0\u3000|]*/y;
const MINUS = /-?/y;

/**
 * Parse a filter.
 * @param {string} text
 * @param {boolean} [typing]  ignore an incomplete term at the end
 * @returns {Parsed}
 */
export function parse(text, typing = false) {
  const { characters, values } = language.limits;
  if (text.length > 2 * characters || [...text].length > characters) {
    return refused("too_long", characters);
  }
  const parser = new Parser(text, typing);
  const clauses = parser.clauses();
  if (parser.count > values) return refused("too_many_values", values);
  return { clauses, problem: parser.problems[0] ?? null };
}

/**
 * @param {string} reason
 * @param {number} limit
 * @returns {Parsed}
 */
function refused(reason, limit) {
  const words = { limit: limit.toLocaleString("en-US") };
  return { clauses: [], problem: { reason, message: messageOf(reason, words), suggestions: [] } };
}

/** Reads a filter from left to right. */
class Parser {
  #text;
  #typing;
  #at = 0;
  #termStart = 0;
  /** Number of values. */
  count = 0;
  /** @type {Problem[]} */
  problems = [];

  /**
   * @param {string} text
   * @param {boolean} typing
   */
  constructor(text, typing) {
    this.#text = text;
    this.#typing = typing;
  }

  clauses() {
    const clauses = [];
    this.#eat(SPACES);
    while (!this.#isAtEnd) {
      const clause = this.#clause();
      if (clause.length > 0) clauses.push(clause);
      this.#eat(SPACES);
    }
    return clauses;
  }

  /** Return the terms of a clause, or [] if one of them has a problem. */
  #clause() {
    /** @type {Term[]} */
    const terms = [];
    const before = this.problems.length;
    do {
      const term = this.#term();
      if (term) terms.push(term);
    } while (this.#eatsSeparator());
    return this.problems.length === before ? terms : [];
  }

  /** Move behind a "|" between terms. */
  #eatsSeparator() {
    this.#eat(SPACES);
    if (this.#text[this.#at] !== "|") return false;
    this.#at++;
    this.#eat(SPACES);
    if (!this.#isAtEnd) return true;
    if (!this.#typing) this.#report("missing_term", "|");
    return false;
  }

  /** @returns {Term | null} null if it is incomplete or has a problem */
  #term() {
    this.#termStart = this.#at;
    const wanted = this.#eat(MINUS) === "";
    const prefix = this.#prefixAt(this.#at);
    if (prefix) this.#at += prefix.length + 1;
    if (prefix && !isField(prefix)) return this.#unknown(prefix);
    const values = this.#values(prefix);
    return values.length > 0 ? { field: prefix, values, wanted } : null;
  }

  /**
   * Return the field before a colon, known or not, in lower case; "" for a plain word such as `12:30`,
   * `http://example.com` or `std::string`.
   * @param {number} at
   */
  #prefixAt(at) {
    PREFIX.lastIndex = at;
    const word = PREFIX.exec(this.#text)?.[1].toLowerCase() ?? "";
    if (!word || isField(word)) return word;
    const next = this.#text.slice(at + word.length + 1, at + word.length + 3);
    return language.schemes.includes(word) || next === "//" || next[0] === ":" ? "" : word;
  }

  /** @param {string} prefix */
  #unknown(prefix) {
    const from = this.#at;
    do this.#value("");
    while (this.#eatsOr());
    const rest = this.#text.slice(from, this.#at);
    // The user may be about to type http://…
    if (this.#isUnfinished && ["", "/"].includes(rest)) return null;
    const minus = this.#text[this.#termStart] === "-" ? "-" : "";
    const typed = this.#text.slice(this.#termStart + minus.length, from);
    const better = prefix.includes("-") ? `header:${prefix}=` : similar(prefix);
    const terms = [...(better ? [better + rest] : []), quoted(typed + rest)];
    this.#report(
      "unknown_field",
      prefix,
      terms.map((each) => minus + each),
    );
    return null;
  }

  /**
   * Return the values of a term, without those that are incomplete or have a problem.
   * @param {string} field
   */
  #values(field) {
    /** @type {Value[]} */
    const values = [];
    let name = "";
    do {
      const value = this.#value(field);
      name = value.name || name;
      if (this.#accepts(field, value)) values.push({ ...value, ...(name && { name }) });
    } while (this.#eatsOr());
    return values;
  }

  /**
   * @param {string} field
   * @returns {Value}
   */
  #value(field) {
    this.count++;
    const name = NAMED.includes(field) ? this.#eat(NAME).slice(0, -1).toLowerCase() : "";
    const isQuoted = this.#text[this.#at] === '"';
    const text = (isQuoted ? this.#quoted() : this.#eat(WORD)).toLowerCase();
    const range = NUMERIC.includes(field) ? rangeOf(field, text) : null;
    return { text, quoted: isQuoted, ...(name && { name }), ...(range && { range }) };
  }

  /** Read a text in quotes, in which a backslash keeps the meaning of a quote or a backslash. */
  #quoted() {
    const start = this.#at;
    let text = "";
    for (this.#at++; !this.#isAtEnd && this.#text[this.#at] !== '"'; this.#at++) {
      if (/^\\["\\]/.test(this.#text.slice(this.#at, this.#at + 2))) this.#at++;
      text += this.#text[this.#at];
    }
    if (!this.#isAtEnd) this.#at++;
    else if (!this.#typing) this.#reportOpen(start, text);
    return text;
  }

  /**
   * @param {number} start  of the quote
   * @param {string} text
   */
  #reportOpen(start, text) {
    const terms = text ? [this.#text.slice(this.#termStart, start) + quoted(text)] : [];
    this.#report("open_quote", `"${text}`, terms);
  }

  /**
   * Whether a value can be used. Reports what is wrong with it, unless it is still being typed.
   * @param {string} field
   * @param {Value} value
   */
  #accepts(field, { text, name, range }) {
    if (text === "" && !name) {
      if (!this.#isUnfinished) this.#reportMissing(field);
      return false;
    }
    if (!NUMERIC.includes(field) || range) return true;
    const isTyped = this.#isUnfinished && isIncomplete(field, text);
    if (!isTyped) this.#reportInvalid(field);
    return false;
  }

  /** @param {string} field */
  #reportMissing(field) {
    const term = this.#text.slice(this.#termStart, this.#at) || "|";
    if (field) this.#report("missing_value", term);
    else this.#report("missing_term", term);
  }

  /** @param {string} field */
  #reportInvalid(field) {
    const term = this.#text.slice(this.#termStart, this.#at);
    const isList = field === "status" && term.includes(",");
    this.#report(`invalid_${field}`, term, isList ? [term.replaceAll(",", "|")] : []);
  }

  /** Move behind a "|" between values: one that has no space around it and no field after it. */
  #eatsOr() {
    const next = this.#text[this.#at + 1];
    if (this.#text[this.#at] !== "|" || next === undefined || next === "|") return false;
    SPACES.lastIndex = this.#at + 1;
    if (SPACES.exec(this.#text)?.[0] || this.#prefixAt(this.#at + (next === "-" ? 2 : 1)))
      return false;
    this.#at++;
    return true;
  }

  /**
   * @param {RegExp} pattern  sticky; it always matches, or "" is returned
   */
  #eat(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  get #isAtEnd() {
    return this.#at >= this.#text.length;
  }

  /** Whether the user may still be typing what was just read. */
  get #isUnfinished() {
    return this.#typing && this.#isAtEnd;
  }

  /**
   * @param {string} reason
   * @param {string} term
   * @param {string[]} [replacements]  of the whole term
   */
  #report(reason, term, replacements = []) {
    const [before, after] = [this.#text.slice(0, this.#termStart), this.#text.slice(this.#at)];
    const suggestions = replacements.map((each) => ({ term: each, text: before + each + after }));
    const field = term.replace(/^-/, "").split(":", 1)[0].toLowerCase();
    const example = isField(field) ? FIELDS[field].example : "";
    const words = { term, field: term, example };
    this.problems.push({ reason, message: messageOf(reason, words), suggestions });
  }
}

/** @param {string} name */
function isField(name) {
  return Object.hasOwn(FIELDS, name);
}

/** @param {string} text */
function quoted(text) {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/**
 * @param {string} reason
 * @param {Record<string, string>} words
 */
function messageOf(reason, words) {
  return ERRORS[reason].replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

/**
 * Return the field that a word probably means, with its colon, or "".
 * @param {string} word
 */
function similar(word) {
  if (Object.hasOwn(ALIASES, word)) return `${ALIASES[word]}:`;
  const most = word.length < 4 ? 1 : 2;
  const near = Object.keys(FIELDS)
    .map((field) => ({ field, distance: field.startsWith(word) ? 0 : distance(word, field) }))
    .filter(({ distance }) => distance <= most)
    .sort((one, other) => one.distance - other.distance);
  return near.length > 0 ? `${near[0].field}:` : "";
}

/**
 * Return the number of letters to insert, delete or replace (Levenshtein).
 * @param {string} word
 * @param {string} field
 */
function distance(word, field) {
  if (Math.abs(word.length - field.length) > 2) return 3;
  let row = Array.from({ length: field.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...word].entries()) {
    const next = [at + 1];
    for (let to = 1; to <= field.length; to++) {
      const replaced = row[to - 1] + (letter === field[to - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[to] + 1, next[to - 1] + 1));
    }
    row = next;
  }
  return row[field.length];
}
