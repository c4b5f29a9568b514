import { html, LitElement } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { initiallyExpanded, pathOf, rootOf, valueText } from "../body/json-tree.js";
import { visible } from "../text/format.js";
import { explained } from "../text/timestamps.js";
import "./copy-button.js";
import { MOVES } from "./json-moves.js";
import "./json-node.js";
import { define } from "./define.js";

/** @typedef {import("../body/json-tree.js").JsonNode} Node */

/** Valid JSON as a folding tree; shows the path, value and date of the selected row. */
export class BodyJson extends LitElement {
  static properties = { text: {}, chosen: { state: true } };

  constructor() {
    super();
    this.text = "";
    /** @type {Node | null} */
    this.chosen = null;
    /** @type {Node | undefined} */
    this.root = undefined;
    /** @type {Set<number>} */
    this.unfolded = new Set();
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("text") || !this.text) return;
    this.root = rootOf(this.text);
    this.unfolded = initiallyExpanded(this.root);
    this.chosen = null;
  }

  /** Render in the next frame: parsing the JSON took time in this one. */
  async scheduleUpdate() {
    await new Promise(requestAnimationFrame);
    super.scheduleUpdate();
  }

  render() {
    return html`
      <div
        class="body-text json-tree captured"
        data-view="json"
        role="tree"
        aria-label="Body"
        @keydown=${this.onKey}
        @focusin=${this.onFocus}
      >${repeat(
        this.root ? [this.root] : [],
        (root) => root, // a new text gets a new tree
        (root) =>
          html`<webhook-json-node .node=${root} .unfolded=${this.unfolded}></webhook-json-node>`,
      )}</div>
      <div class="json-bar">
        ${this.chosen ? chosenBar(this.chosen) : html`<span>Select a row to copy its path or value.</span>`}
      </div>
    `;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = /** @type {HTMLElement} */ (event.target);
    const move = MOVES[event.key];
    if (event.key === "Enter" || event.key === " ") row.click();
    else if (move) this.move(row, move);
    else return;
    event.preventDefault();
    event.stopPropagation(); // the page handles the same keys
  }

  /**
   * @param {HTMLElement} from
   * @param {import("./json-moves.js").Move} move
   */
  move(from, move) {
    const rows = /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".json-row")]);
    move(rows, rows.indexOf(from))?.focus();
  }

  /** Make the focused row the one that the Tab key returns to. @param {Event} event */
  onFocus({ target }) {
    const row = /** @type {HTMLElement} */ (target);
    const before = this.querySelector(".json-row[tabindex='0']");
    before?.setAttribute("tabindex", "-1");
    before?.removeAttribute("aria-selected");
    row.setAttribute("tabindex", "0");
    row.setAttribute("aria-selected", "true");
    const { node } = /** @type {import("./json-node.js").JsonNode} */ (row.parentElement);
    this.chosen = node ?? null;
  }
}

/** @param {Node} node */
function chosenBar(node) {
  const path = pathOf(node);
  const text = valueText(node);
  const value = text.startsWith('"') ? JSON.parse(text) : text;
  const date = explained(value);
  return html`
    <code class="captured">${visible(path)}</code>
    ${date ? html`<span class="json-date">${date}</span>` : ""}
    <webhook-copy-button .text=${path} label="Copy path"></webhook-copy-button>
    <webhook-copy-button .text=${value} label="Copy value"></webhook-copy-button>
  `;
}

define("webhook-body-json", BodyJson);
