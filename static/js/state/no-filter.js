/**
 * The filter of a list that shows everything. Uses no DOM.
 *
 * @typedef {import("./entries.js").Entry} Entry
 *
 * @typedef {string | {name: string, text: string}} Needle
 *   a word of the filter in lower case; with a name, only in the pair with that name
 *
 * @typedef {Record<"method" | "path" | "from" | "provider" | "event" | "body" | "type", readonly string[]> & Record<"header" | "query", readonly Needle[]>} Needles
 *   by the place to mark them in
 *
 * @typedef {object} ListFilter
 * @property {string} text
 * @property {Readonly<Needles>} needles  words to mark
 * @property {import("./filter-parser.js").Problem | null} problem  the end of the text may be incomplete
 * @property {import("./filter-parser.js").Problem | null} finalProblem  the text is complete
 * @property {(entries: readonly Entry[], responses?: import("./responses.js").Responses) => {shown: readonly Entry[], more: Promise<void> | null}} choose
 */

export const PLACES = /** @type {(keyof Needles)[]} */ (
  "method path from provider event header body query type".split(" ")
);

/** @type {Readonly<Needles>} */
export const NO_NEEDLES = needlesIn(() => []);

/** @type {ListFilter} */
export const NO_FILTER = {
  text: "",
  needles: NO_NEEDLES,
  problem: null,
  finalProblem: null,
  choose: (entries) => ({ shown: entries, more: null }),
};

/**
 * @param {(place: keyof Needles) => Needle[]} wordsIn
 * @returns {Readonly<Needles>}
 */
export function needlesIn(wordsIn) {
  return /** @type {any} */ (
    Object.fromEntries(PLACES.map((place) => [place, Object.freeze(wordsIn(place))]))
  );
}
