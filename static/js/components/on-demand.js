/** Elements that are loaded when they are first needed. */

const ELEMENTS = /** @type {Record<string, () => Promise<unknown>>} */ ({
  "compare-view": () => import("./compare-view.js"),
  "filter-menu": () => import("./filter-menu.js"),
  "address-notice": () => import("./address-notice.js"),
  "help-sheet": () => import("./help-sheet.js"),
  "link-view": () => import("./link-view.js"),
  "local-sheet": () => import("./local-sheet.js"),
  "missing-key": () => import("./missing-key.js"),
  "note-sheet": () => import("./note-sheet.js"),
  "opened-notice": () => import("./opened-notice.js"),
  "qr-sheet": () => import("./qr-sheet.js"),
  "recent-sheet": () => import("./recent-sheet.js"),
  "reply-sheet": () => import("./reply-sheet.js"),
  "resend-panel": () => import("./resend-panel.js"),
  "response-detail": () => import("./response-detail.js"),
  "sample-sheet": () => import("./sample-sheet.js"),
  "settings-sheet": () => import("./settings-sheet.js"),
  "share-sheet": () => import("./share-sheet.js"),
});

/**
 * Load an element. Rejects with an error whose message is for people.
 * @param {string} name  name of the element
 */
export async function load(name) {
  try {
    await ELEMENTS[name]();
  } catch {
    // The server is unreachable, or has another version by now.
    throw new Error(
      "This part of the page can’t be loaded. Check the connection, or reload the page.",
    );
  }
}
