/**
 * Asks before the page is left while its list has requests, because nothing else keeps them.
 *
 * @typedef {{snapshot: {requests: number, waiting: number}}} Source
 */

/** @param {Source} store */
export function askBeforeLeaving(store) {
  addEventListener("beforeunload", (event) => {
    const { requests, waiting } = store.snapshot;
    if (requests + waiting > 0) event.preventDefault();
  });
}
