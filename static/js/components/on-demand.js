/** Elements that are loaded when they are first needed, in a few bundles. */

const dialogs = () => import("./dialogs.js");
const notices = () => import("./notices.js");
const tools = () => import("./tools.js");

/** The part that contains each element. @type {Record<string, () => Promise<unknown>>} */
const ELEMENTS = {
  "address-notice": notices,
  "filter-menu": dialogs,
  "help-sheet": dialogs,
  "link-view": tools,
  "local-sheet": dialogs,
  "missing-key": notices,
  "note-sheet": dialogs,
  "opened-notice": tools,
  "qr-sheet": dialogs,
  "recent-sheet": dialogs,
  "reply-sheet": tools,
  "request-detail": () => import("./detail-parts.js"),
  "sample-sheet": tools,
  "settings-sheet": dialogs,
  "share-sheet": dialogs,
};

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
