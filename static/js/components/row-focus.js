/** @typedef {import("../state/store.js").Entry} Entry */

/** @type {Record<string, (at: number, last: number) => number>} */
const MOVES = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, last) => last,
};

/** Keyboard focus in a list that has only some of its rows in the DOM. */
export class RowFocus {
  /** Key of the focused row, which stays rendered even when it is not visible. */
  key = "";

  /** @param {import("lit").LitElement} host  renders rows with a data-id */
  constructor(host) {
    this.host = host;
    host.addEventListener("focusin", ({ target }) => {
      this.key = keyOf(target);
    });
    host.addEventListener("focusout", () => {
      this.key = "";
    });
  }

  /**
   * Return the key of the row to focus next.
   * @param {readonly Entry[]} rows
   * @param {string | undefined} from  when no row has the focus
   * @param {string} move  a key of the keyboard
   */
  neighbour(rows, from, move) {
    const at = rows.findIndex(({ key }) => key === (this.key || from));
    return rows[MOVES[move](at, rows.length - 1)]?.key;
  }

  /** @param {string} key */
  async goTo(key) {
    this.key = key;
    this.host.requestUpdate();
    await this.host.updateComplete;
    const rows = [...this.host.querySelectorAll("webhook-row")];
    const row = /** @type {HTMLElement | undefined} */ (rows.find((each) => keyOf(each) === key));
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }
}

/**
 * Whether a key moves the focus in the list. Keys with a modifier belong to the browser.
 * @param {KeyboardEvent} event
 */
export function isMove({ key, altKey, ctrlKey, metaKey }) {
  return Object.hasOwn(MOVES, key) && !altKey && !ctrlKey && !metaKey;
}

/**
 * Return the key of the row that contains the target of an event, or "".
 * @param {EventTarget | null} target
 */
export function keyOf(target) {
  /** @type {HTMLElement | null} */
  const row = /** @type {HTMLElement} */ (target).closest("webhook-row");
  return row?.dataset.id ?? "";
}
