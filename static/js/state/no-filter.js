/**
 * The filter of a list that shows everything. Uses no DOM.
 *
 * @typedef {import("./entries.js").Entry} Entry
 *
 * @typedef {Record<"method" | "path" | "from" | "provider" | "event" | "header" | "body" | "query" | "type", readonly string[]>} Needles
 *   words of the filter, by the place to mark them in
 *
 * @typedef {object} ListFilter
 * @property {string} text
 * @property {Readonly<Needles>} needles
 * @property {(entries: readonly Entry[]) => {shown: readonly Entry[], more: Promise<void> | null}} choose
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
  choose: (entries) => ({ shown: entries, more: null }),
};

/**
 * @param {(place: keyof Needles) => string[]} wordsIn
 * @returns {Readonly<Needles>}
 */
export function needlesIn(wordsIn) {
  return /** @type {Needles} */ (
    Object.fromEntries(PLACES.map((place) => [place, Object.freeze(wordsIn(place))]))
  );
}
