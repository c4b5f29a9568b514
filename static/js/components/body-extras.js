/**
 * Where the page puts what it adds to a body: a search, and views of rare formats. They are loaded with
 * the first body. The element `<webhook-log>` has none of them, so that it stays small.
 *
 * @typedef {typeof import("./body-more.js")} Extras
 *
 * @type {{load: (() => Promise<Extras>) | null}}
 */
export const extras = { load: null };
