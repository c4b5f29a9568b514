import { html, LitElement } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { define } from "./define.js";

/** The policy of the page holds in the frame as well, and is the stricter one for styles. */
const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;

/** Links open in windows of their own, which the frame may not open. */
const NO_LINKS = '<base target="_blank">';

/** A browser may connect to the server of these before it finds that the policy forbids them. */
const CONNECTING = /<(?=i?frame|link)/gi;

/** A blob is always read as UTF-8, whatever the document says of itself. */
const TYPE = "text/html;charset=utf-8";

const BLOCKED = "This page’s Content-Security-Policy allows no preview (frame-src blob:).";

/** HTML of a stranger, drawn in a frame in which nothing runs and from which nothing is asked for. */
export class HtmlPreview extends LitElement {
  static properties = { source: {}, blocked: { state: true } };

  constructor() {
    super();
    this.source = "";
    this.address = "";
    /** By the Content-Security-Policy of the page that this is in. */
    this.blocked = false;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("securitypolicyviolation", this.onViolation);
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("source")) return;
    this.forget();
    this.address = URL.createObjectURL(new Blob([previewDocument(this.source)], { type: TYPE }));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("securitypolicyviolation", this.onViolation);
    this.forget();
  }

  /** @param {SecurityPolicyViolationEvent} violation */
  onViolation = ({ effectiveDirective, blockedURI, disposition }) => {
    if (disposition !== "enforce" || !blockedURI.startsWith("blob")) return;
    this.blocked ||= effectiveDirective === "frame-src";
  };

  /** The document lives on in the frame. */
  forget() {
    URL.revokeObjectURL(this.address);
  }

  render() {
    if (this.blocked) return html`<p class="body-note" role="status">${BLOCKED}</p>`;
    // Another document gets another frame: one that navigates leaves an entry for the Back button.
    return html`
      ${keyed(
        this.address,
        html`<iframe
          class="html-preview" sandbox="" referrerpolicy="no-referrer" title="Preview of the body"
          src=${this.address} @load=${this.forget}
        ></iframe>`,
      )}
      <p class="preview-note">Without scripts, images and styles: nothing in it runs or is loaded.</p>
    `;
  }
}

/**
 * Return HTML of a stranger as a document for a frame in which nothing is allowed. The first that
 * the parser reads is the policy: nothing of the source comes before it.
 * @param {string} source
 */
export function previewDocument(source) {
  return `<!doctype html>${POLICY}${NO_LINKS}${source.replace(CONNECTING, "<no-")}`;
}

define("webhook-html-preview", HtmlPreview);
