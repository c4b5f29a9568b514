import { html, LitElement } from "lit";
import { highlightGraphql } from "../body/highlight.js";
import { utf8 } from "../text/encoding.js";
import { byteSize, visible } from "../text/format.js";
import "./body-json.js";
import "./body-source.js";
import "./copy-button.js";
import { define } from "./define.js";

/** GraphQL operations: the text of each with its line ends, and its variables as a tree. */
export class BodyGraphql extends LitElement {
  static properties = { operations: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../body/graphql.js").Operation[]} */
    this.operations = [];
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return this.operations.map(operation);
  }
}

/** @param {import("../body/graphql.js").Operation} operation */
function operation({ query, name, variables }) {
  const size = utf8(query).length;
  const body = { size, encoding: /** @type {const} */ ("utf-8"), content: query, complete: true };
  return html`<div class="graphql">
    <p class="graphql-head">
      <span>Operation${name ? html` <strong class="captured">${visible(name)}</strong>` : ""}, ${byteSize(size)}</span>
      <webhook-copy-button .text=${query} label="Copy query"></webhook-copy-button>
    </p>
    <webhook-body-source .body=${body} view="markup" .paint=${highlightGraphql}></webhook-body-source>
    ${variables ? html`<p class="graphql-head">Variables</p><webhook-body-json .text=${variables}></webhook-body-json>` : ""}
  </div>`;
}

define("webhook-body-graphql", BodyGraphql);
