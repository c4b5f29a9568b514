import { html, LitElement } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { define } from "./define.js";

/** The page's own policy also applies in the frame, and is stricter for styles. */
const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;

/** Links open new windows, which the sandbox forbids. */
const NO_LINKS = '<base target="_blank">';

/** Browsers may connect to the servers of these elements before they apply the policy. */
const CONNECTING = /<(?=i?frame|link)/gi;

/** Read the blob as UTF-8, regardless of the charset in the document. */
const TYPE = "text/html;charset=utf-8";

const BLOCKED =
  "This page’s Content-Security-Policy blocks previews. To allow them, add frame-src blob:.";

/** Captured HTML in a sandboxed frame that runs no scripts and sends no requests. */
export class HtmlPreview extends LitElement {
  static properties = { source: {}, blocked: { state: true } };

  constructor() {
    super();
    this.source = "";
    this.address = "";
    /** Whether the page's Content-Security-Policy blocks the frame. */
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

  /** Free the blob; the frame keeps its document. */
  forget() {
    URL.revokeObjectURL(this.address);
  }

  render() {
    if (this.blocked) return html`<p class="body-note" role="status">${BLOCKED}</p>`;
    // Each document gets a new frame: a frame that navigates would add an entry to the history.
    return html`
      ${keyed(
        this.address,
        html`<iframe
          class="html-preview" sandbox="" referrerpolicy="no-referrer" title="Preview of the body"
          src=${this.address} @load=${this.forget}
        ></iframe>`,
      )}
      <p class="preview-note">Scripts, images and styles are blocked. Nothing runs and nothing is loaded.</p>
    `;
  }
}

/**
 * Return captured HTML as a document for the sandboxed frame. The policy comes first, so that the
 * parser applies it to all of the source.
 * @param {string} source
 */
export function previewDocument(source) {
  return `<!doctype html>${POLICY}${NO_LINKS}${source.replace(CONNECTING, "<no-")}`;
}

define("webhook-html-preview", HtmlPreview);
