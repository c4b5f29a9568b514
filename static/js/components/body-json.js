import { html, LitElement } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { prettyJson } from "../body/json-indent.js";
import { MAX_RECORDS, recordsOf } from "../body/json-records.js";
import {
  initiallyExpanded,
  pathOf,
  recordNumber,
  rootOf,
  rootOfRecords,
  valueText,
} from "../body/json-tree.js";
import { visible } from "../text/format.js";
import { explained } from "../text/timestamps.js";
import "./copy-button.js";
import { MOVES } from "./json-moves.js";
import "./json-node.js";
import { define } from "./define.js";

/**
 * @typedef {import("../body/json-tree.js").JsonNode} Node
 * @typedef {import("./json-node.js").JsonNode} JsonNode
 */

/** Maximum rows that are unfolded at once, and time per frame for them. */
const MAX_ROWS = 1000;
const FRAME_MS = 8;

const NODE = "webhook-json-node";

const TOO_MANY_RECORDS = `These are the first ${MAX_RECORDS.toLocaleString("en-US")} records. Choose Raw to see all.`;

const HINT = "Select a row to copy its path or value.";

/**
 * Valid JSON, or records of JSON, as a folding tree; shows the path, value and date of the selected row.
 */
export class BodyJson extends LitElement {
  static properties = {
    text: {},
    records: { type: Boolean },
    chosen: { state: true },
    note: { state: true },
  };

  constructor() {
    super();
    this.text = "";
    this.records = false;
    /** The result of unfolding all rows, or "". */
    this.note = "";
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
    const { text } = this;
    this.start(this.records ? rootOfRecords(text, recordsOf(text)) : rootOf(text));
    const root = /** @type {Node} */ (this.root);
    this.unfolded = initiallyExpanded(root);
    if (root.records?.length === MAX_RECORDS) this.note = TOO_MANY_RECORDS;
  }

  /** Show a tree from its start. @param {Node} root */
  start(root) {
    this.root = root;
    this.unfolded = new Set([root.start]);
    this.chosen = null;
    this.note = "";
  }

  /** Fold all rows but the first level. */
  foldAll() {
    if (this.root) this.start({ ...this.root }); // a new root gets new rows
    this.requestUpdate();
  }

  /** Unfold all rows up to a limit, a few in each frame. */
  async unfoldAll() {
    const { root } = this;
    const left = /** @type {JsonNode[]} */ ([...this.querySelectorAll(NODE)].slice(0, 1));
    let rows = 0;
    let end = performance.now() + FRAME_MS;
    for (let next = left.pop(); next && rows < MAX_ROWS; ) {
      next.fold(true);
      if (next.open && rows + next.shown.length < MAX_ROWS) next.more();
      await next.updateComplete;
      const isWhole = !next.open || next.left === 0 || rows + next.shown.length >= MAX_ROWS;
      if (isWhole && next.open) {
        rows += next.shown.length;
        left.push(.../** @type {JsonNode[]} */ ([...next.children].filter(isNode)).reverse());
      }
      if (isWhole) next = left.pop();
      if (performance.now() < end) continue;
      await new Promise(requestAnimationFrame);
      end = performance.now() + FRAME_MS;
      if (root !== this.root || !this.isConnected) return;
    }
    if (rows >= MAX_ROWS) this.note = `Expanded the first ${rows.toLocaleString("en-US")} rows.`;
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
        ${this.chosen ? chosenBar(this.chosen) : html`<span class="json-hint">${HINT}</span>`}
        <span role="status">${this.note}</span>
        <webhook-copy-button .text=${() => prettyJson(this.text, this.root?.records)} label="Copy pretty" what="JSON"></webhook-copy-button>
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
    const { node } = /** @type {JsonNode} */ (row.parentElement);
    this.chosen = node ?? null;
  }
}

/** @param {Element} element */
function isNode({ localName }) {
  return localName === NODE;
}

/** @param {Node} node */
function chosenBar(node) {
  const path = pathOf(node);
  const text = valueText(node);
  const record = recordNumber(node);
  const value = text.startsWith('"') && !node.broken ? JSON.parse(text) : text;
  const date = explained(value);
  return html`
    <code class="captured">${record ? html`<span class="json-index">${`Record ${record}: `}</span>` : ""}${visible(path)}</code>
    ${date ? html`<span class="json-date">${date}</span>` : ""}
    <webhook-copy-button .text=${path} label="Copy path"></webhook-copy-button>
    <webhook-copy-button .text=${value} label="Copy value"></webhook-copy-button>
  `;
}

define("webhook-body-json", BodyJson);
