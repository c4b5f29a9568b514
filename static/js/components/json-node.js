import { html, LitElement, nothing } from "lit";
import { rootInside } from "../body/json-inside.js";
import { childrenOf, FIRST_CHILDREN, initiallyExpanded, take } from "../body/json-tree.js";
import { define } from "./define.js";
import { nodeLabel, nodeMeaning } from "./json-label.js";
import { LoadsOnScroll } from "./loads-on-scroll.js";

/** @typedef {import("../body/json-tree.js").JsonNode} Node */

/** Deepest level that is indented further; deeper rows would leave the screen. */
const DEEPEST_INDENT = 16;

/**
 * A row of the JSON tree, followed by the rows of its children while it is unfolded. A string that is
 * JSON has the children of that JSON.
 */
export class JsonNode extends LitElement {
  static properties = {
    node: { attribute: false },
    depth: { attribute: false },
    unfolded: { attribute: false },
    open: { state: true },
    shown: { state: true },
    full: { state: true },
  };

  constructor() {
    super();
    /** @type {Node | undefined} */
    this.node = undefined;
    this.depth = 1;
    /** @type {Set<number>} starts of the nodes that are unfolded at first */
    this.unfolded = new Set();
    /** @type {Node | null} the JSON in the string that is the node's value */
    this.inside = null;
    this.open = false;
    /** The index of the first child that is shown. */
    this.first = 0;
    /** @type {Node[]} */
    this.shown = [];
    /** Whether to show more of a long value. */
    this.full = false;
    /** @type {Iterator<Node, void>} */
    this.rest = [].values();
    this.loads = new LoadsOnScroll(this, () => this.more());
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("node") || !this.node) return;
    this.inside = rootInside(this.node);
    this.full = false;
    this.restart(0);
    this.fold(this.unfolded.has(this.node.start));
  }

  /** @param {number} first  index of a child */
  restart(first) {
    const node = this.inside ?? this.node;
    if (node) this.rest = childrenOf(node);
    for (let left = first; left > 0; left--) this.rest.next();
    this.first = first;
    this.shown = [];
  }

  /** Show the children from an index on. @param {number} first */
  showFrom(first) {
    this.restart(first);
    this.more();
  }

  /** The number of its children that are not shown yet, below those that are. */
  get left() {
    return this.count - this.first - this.shown.length;
  }

  /** The number of its children. */
  get count() {
    return (this.inside ?? this.node)?.count ?? 0;
  }

  /** @param {boolean} open */
  fold(open) {
    this.open = open && this.count > 0;
    if (this.open && this.shown.length === 0) this.more();
  }

  toggle() {
    this.fold(!this.open);
  }

  more() {
    if (this.inside && this.shown.length === 0) this.unfolded = initiallyExpanded(this.inside);
    this.shown = [...this.shown, ...take(this.rest, FIRST_CHILDREN)];
  }

  /** Move the focus to the row before: the pressed row can disappear. */
  pressMore() {
    /** @type {HTMLElement | null} */ (
      this.querySelector(":scope > webhook-json-node:last-of-type > div")
    )?.focus();
    this.loads.renew();
    this.more();
  }

  render() {
    const { node } = this;
    if (!node) return;
    const children = this.open ? this.shown.map((child) => this.child(child)) : "";
    return html`${this.row(node)}${this.open ? this.earlierRow() : ""}${children}${this.open ? this.moreRow() : ""}`;
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
      aria-expanded=${this.count > 0 ? this.open : nothing}
      title=${nodeMeaning(node) || nothing}
      @click=${this.toggle}
    >${nodeLabel(node, { inside: this.inside !== null, full: this.full })}</div>`;
  }

  earlierRow() {
    if (this.first === 0) return "";
    return html`<div
      class="json-row json-more"
      role="treeitem"
      tabindex="-1"
      aria-level=${this.depth + 1}
      @click=${() => this.showFrom(0)}
    >Show from the start: ${this.first.toLocaleString("en-US")} more before</div>`;
  }

  moreRow() {
    const { left } = this;
    if (left === 0) return "";
    const next = Math.min(left, FIRST_CHILDREN);
    return html`<div
      class="json-row json-more"
      data-more
      role="treeitem"
      tabindex="-1"
      aria-level=${this.depth + 1}
      @click=${this.pressMore}
    >Show ${next} more of ${left.toLocaleString("en-US")}</div>`;
  }
}

define("webhook-json-node", JsonNode);
