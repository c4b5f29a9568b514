/**
 * The words of a filter that the page marks where they occur. Uses no DOM.
 *
 * @typedef {Record<"method" | "path" | "from" | "provider" | "event" | "header" | "body" | "query" | "type", readonly string[]>} Needles
 *   by the place to mark them in
 */

import { parseFilter } from "./filter.js";

const PLACES = /** @type {(keyof Needles)[]} */ (
  "method path from provider event header body query type".split(" ")
);

/** @type {Readonly<Needles>} */
export const NO_NEEDLES = needlesIn(() => []);

/**
 * Return the words that matching requests contain; words after a minus are not marked.
 * @param {string} text  of the filter
 * @returns {Readonly<Needles>}
 */
export function filterNeedles(text) {
  const terms = parseFilter(text).filter(({ wanted }) => wanted);
  if (terms.length === 0) return NO_NEEDLES;
  return needlesIn((place) =>
    terms.filter(({ field }) => marksIn(field, place)).map(({ text }) => text),
  );
}

/**
 * @param {string} field
 * @param {string} place
 */
function marksIn(field, place) {
  // The path is shown with the query, and the type is one of the headers.
  const shownIn = { path: ["path", "query"], header: ["header", "type"] }[field];
  return field === "" || (shownIn ?? [field]).includes(place);
}

/**
 * @param {(place: keyof Needles) => string[]} wordsIn
 * @returns {Readonly<Needles>}
 */
function needlesIn(wordsIn) {
  return /** @type {Needles} */ (
    Object.fromEntries(PLACES.map((place) => [place, Object.freeze(wordsIn(place))]))
  );
}
