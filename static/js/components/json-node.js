import { html, LitElement, nothing } from "lit";
import { childrenOf, FIRST_CHILDREN, take } from "../body/json-tree.js";
import { define } from "./define.js";
import { nodeLabel, nodeMeaning } from "./json-label.js";

/** @typedef {import("../body/json-tree.js").JsonNode} Node */

/** Deepest level that is indented further; deeper rows would leave the screen. */
const DEEPEST_INDENT = 16;

/** A row of the JSON tree, followed by the rows of its children while it is unfolded. */
export class JsonNode extends LitElement {
  static properties = {
    node: { attribute: false },
    depth: { attribute: false },
    unfolded: { attribute: false },
    open: { state: true },
    shown: { state: true },
  };

  constructor() {
    super();
    /** @type {Node | undefined} */
    this.node = undefined;
    this.depth = 1;
    /** @type {Set<number>} starts of the nodes that are unfolded at first */
    this.unfolded = new Set();
    this.open = false;
    /** @type {Node[]} */
    this.shown = [];
    /** @type {Iterator<Node, void>} */
    this.rest = [].values();
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("node") || !this.node) return;
    this.rest = childrenOf(this.node);
    this.shown = [];
    this.fold(this.unfolded.has(this.node.start));
  }

  /** @param {boolean} open */
  fold(open) {
    this.open = open && this.node?.count !== 0;
    if (this.open && this.shown.length === 0) this.more();
  }

  toggle() {
    this.fold(!this.open);
  }

  more() {
    this.shown = [...this.shown, ...take(this.rest, FIRST_CHILDREN)];
  }

  /** Move the focus to the row before: the pressed row can disappear. */
  pressMore() {
    /** @type {HTMLElement | null} */ (
      this.querySelector(":scope > webhook-json-node:last-of-type > div")
    )?.focus();
    this.more();
  }

  render() {
    const { node } = this;
    if (!node) return;
    const children = this.open ? this.shown.map((child) => this.child(child)) : "";
    return html`${this.row(node)}${children}${this.open ? this.moreRow(node) : ""}`;
  }

  /** @param {Node} node */
  child(node) {
    const depth = this.depth + 1;
    return html`<webhook-json-node
      .node=${node}
      .depth=${depth}
      .unfolded=${this.unfolded}
      ?data-deep=${depth > DEEPEST_INDENT}
    ></webhook-json-node>`;
  }

  /** @param {Node} node */
  row(node) {
    return html`<div
      class="json-row"
      role="treeitem"
      tabindex=${node.parent ? -1 : 0}
      aria-level=${this.depth}
      aria-expanded=${node.count > 0 ? this.open : nothing}
      title=${nodeMeaning(node) || nothing}
      @click=${this.toggle}
    >${nodeLabel(node)}</div>`;
  }

  /** @param {Node} node */
  moreRow({ count }) {
    const left = count - this.shown.length;
    if (left === 0) return "";
    const next = Math.min(left, FIRST_CHILDREN);
    return html`<div
      class="json-row json-more"
      role="treeitem"
      tabindex="-1"
      aria-level=${this.depth + 1}
      @click=${this.pressMore}
    >Show ${next} more of ${left.toLocaleString("en-US")}</div>`;
  }
}

define("webhook-json-node", JsonNode);
