/** The words of a filter that the page marks where they occur. Uses no DOM. */

import { NO_NEEDLES, needlesIn } from "./no-filter.js";

/** @typedef {import("./no-filter.js").Needle} Needle */
/** @typedef {import("./filter-parser.js").Term} Term */

/**
 * Return the words that matching requests contain; words after a minus are not marked.
 * @param {readonly Term[][]} clauses
 * @returns {Readonly<import("./no-filter.js").Needles>}
 */
export function needlesOf(clauses) {
  const terms = clauses.flat().filter(({ wanted }) => wanted);
  if (terms.length === 0) return NO_NEEDLES;
  return needlesIn((place) => terms.flatMap((term) => wordsOf(term, place)));
}

/**
 * @param {Term} term
 * @param {string} place
 * @returns {Needle[]}
 */
function wordsOf({ field, values }, place) {
  const isPlain = field === "" || field === place;
  // The path is shown with the query, and the type is the value of a header.
  if (isPlain || (field === "path" && place === "query")) {
    return values.flatMap(({ text, name, range }) => {
      if (range) return [];
      return name === undefined ? text : { name, text: text || name };
    });
  }
  if (field === "type" && place === "header") {
    return values.map(({ text }) => ({ name: "content-type", text }));
  }
  return [];
}
