/** The words of a filter that the page marks where they occur. Uses no DOM. */

import { parseFilter } from "./filter.js";
import { NO_NEEDLES, needlesIn } from "./no-filter.js";

/**
 * Return the words that matching requests contain; words after a minus are not marked.
 * @param {string} text  of the filter
 * @returns {Readonly<import("./no-filter.js").Needles>}
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
