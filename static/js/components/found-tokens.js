import { html, LitElement } from "lit";
import { indented } from "../body/json-indent.js";
import { beginningOf } from "../text/excerpt.js";
import { visible } from "../text/format.js";
import { timesOf, tokensOf, validityOf } from "../text/jwt.js";
import "./copy-button.js";
import "./pairs-table.js";

const MAX_CHARACTERS = 8000;

const VALIDITIES = {
  expired: "Expired when this request arrived",
  early: "Not valid yet when this request arrived",
  "in time": "Valid when this request arrived",
  "no times": "",
};

/** The JSON Web Tokens (RFC 7519) of a request, decoded; otherwise empty. */
export class FoundTokens extends LitElement {
  static properties = { request: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../wire/captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {import("../text/jwt.js").FoundToken[]} */
    this.tokens = [];
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("request")) this.tokens = this.request ? tokensOf(this.request) : [];
  }

  render() {
    const { tokens, request } = this;
    if (tokens.length === 0 || !request) return "";
    return html`
      <section aria-labelledby="tokens-title">
        <h3 id="tokens-title">Tokens <span>JWT, decoded; the signature is not checked</span></h3>
        ${tokens.map((token) => item(token, request.received_at))}
      </section>
    `;
  }
}

/**
 * @param {import("../text/jwt.js").FoundToken} found
 * @param {string} receivedAt
 */
function item({ where, token, header, payload, claims }, receivedAt) {
  const validity = validityOf(claims, receivedAt);
  const times = timesOf(claims, receivedAt);
  return html`
    <div class="token">
      <p class="token-head">
        <span>In <span class="captured">${visible(where)}</span></span>
        <span class="token-validity" data-validity=${validity}>${VALIDITIES[validity]}</span>
        <webhook-copy-button .text=${token} label="Copy token"></webhook-copy-button>
      </p>
      ${part("Header", header)} ${part("Payload", payload)}
      ${times.length > 0 ? html`<webhook-pairs-table .pairs=${times} label="Token times"></webhook-pairs-table>` : ""}
    </div>
  `;
}

/**
 * @param {string} label
 * @param {string} json  valid
 */
function part(label, json) {
  const text = beginningOf(indented(json), MAX_CHARACTERS);
  return html`<pre class="token-part captured" tabindex="0" role="group" aria-label="Token ${label.toLowerCase()}">${visible(text)}</pre>`;
}

customElements.define("found-tokens", FoundTokens);
