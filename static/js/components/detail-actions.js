import { html, LitElement, nothing } from "lit";
import { bytesOf } from "../body/body.js";
import { bodyFileName } from "../export/file-name.js";
import { saveBytes } from "../export/save.js";
import { checkIcon, closeIcon, moreIcon } from "./icons.js";
import "./export-menu.js";
import "./menu-button.js";
import "./request-tools.js";
import { verdictWord } from "./signature-verdict.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./menu-button.js").Choice} Choice
 * @typedef {{signed: boolean, verdict: import("../providers/verdict.js").Verdict | undefined}} SignatureState
 */

/** @type {SignatureState} */
export const UNSIGNED = { signed: false, verdict: undefined };

/** Choices of the menu where there is no space for their buttons. @type {readonly Choice[]} */
const FOLDED = [
  { value: "compare-request", label: "Compare", narrow: true },
  { value: "json", label: "Export as JSON", narrow: true },
  { value: "har", label: "Export as HAR", narrow: true },
];

const CHECK = { value: "check-signature", label: "Check signature" };

const SHARE = { value: "share-request", label: "Link to this request", keys: "h" };

/** Choices that need the list around the request. */
const OF_LIST = new Set([
  ...["compare-request", "delete-request", "note-request", "pin-request", "share-request"],
]);

/**
 * The actions of the selected request. A choice of its menu that it does not handle itself becomes an
 * event of that name.
 * @fires check-signature  the user wants to see or check the signature
 * @fires resend-request   the user wants to resend the request
 * @fires compare-request  the user wants to compare it with another request
 * @fires share-request    the user wants a link that contains the request
 * @fires pin-request      the user wants to pin or unpin it
 * @fires note-request     the user wants to write a note on it
 * @fires delete-request   the user wants to delete it
 */
export class DetailActions extends LitElement {
  static properties = {
    request: { attribute: false },
    signature: { attribute: false },
    responses: { attribute: false },
    forwardTo: {},
    pinned: { type: Boolean },
    note: {},
    resending: { type: Boolean },
    alone: { type: Boolean },
  };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    this.signature = UNSIGNED;
    /** @type {import("../state/responses.js").Responses | undefined} for exports */
    this.responses = undefined;
    /** The address on the user's machine, as entered. */
    this.forwardTo = "";
    this.pinned = false;
    /** The user's note, or "". */
    this.note = "";
    /** Whether the panel for resending is open. */
    this.resending = false;
    /** Whether there is no list around the request, so that actions on the list are left out. */
    this.alone = false;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { request, responses, signature } = this;
    if (!request) return;
    return html`<div class="detail-actions" role="group" aria-label="Actions">
      ${signature.signed ? this.check(request) : nothing}
      <button type="button" class="button detail-resend" aria-keyshortcuts="b" aria-expanded=${this.resending} @click=${() => this.fire("resend-request")}>Resend</button>
      <request-tools .request=${request} .forwardTo=${this.forwardTo}></request-tools>
      ${this.alone ? nothing : html`<button type="button" class="button detail-wide" aria-keyshortcuts="d" @click=${() => this.fire("compare-request")}>Compare</button>`}
      <export-menu what="request" .requests=${[request]} .responses=${responses} .notes=${new Map([[request.id, this.note]])}></export-menu>
      <menu-button class="detail-more" .label=${MORE} name="More" .choices=${this.choices(request)} @choose=${this.onChoose}></menu-button>
    </div>`;
  }

  /** @param {CapturedRequest} request */
  check(request) {
    const word = verdictWord(request, this.signature.verdict);
    return html`<button
      type="button" class="button detail-signature" data-verdict=${word || nothing} @click=${() => this.fire("check-signature")}
    >${WORDS[word] ?? WORDS[""]}</button>`;
  }

  /**
   * @param {CapturedRequest} request
   * @returns {Choice[]}
   */
  choices({ body }) {
    const download = { value: "download", label: "Download body" };
    const hasBody = body.complete && body.size > 0;
    const all = [
      ...FOLDED,
      ...(hasBody ? [download] : []),
      CHECK,
      SHARE,
      { value: "pin-request", label: this.pinned ? "Unpin" : "Pin", keys: "i" },
      { value: "note-request", label: this.note ? "Edit the note" : "Write a note", keys: "y" },
      { value: "delete-request", label: "Delete", keys: "Delete" },
    ];
    return this.alone ? all.filter(({ value }) => !OF_LIST.has(value)) : all;
  }

  /** @param {CustomEvent<{value: string}>} event */
  onChoose({ detail: { value } }) {
    const { request } = this;
    if (!request) return;
    if (value === "download") saveBytes(bytesOf(request.body), bodyFileName(request));
    else if (value === "json" || value === "har") this.export(value);
    else this.fire(value);
  }

  /** @param {import("../export/export.js").ExportKind} kind */
  export(kind) {
    /** @type {import("./export-menu.js").ExportMenu | null} */ (
      this.querySelector("export-menu")
    )?.export(kind);
  }

  /** @param {string} name */
  fire(name) {
    this.dispatchEvent(new CustomEvent(name, { detail: { request: this.request }, bubbles: true }));
  }
}

/** The text of the button by the verdict. @type {Record<string, unknown>} */
const WORDS = {
  "": "Check signature",
  valid: html`${checkIcon}<span>Signature <span class="detail-word">valid</span></span>`,
  invalid: html`${closeIcon}<span>Signature <span class="detail-word">invalid</span></span>`,
  "not signed": html`${closeIcon}Not signed`,
};

const MORE = html`${moreIcon}<span class="detail-word">More</span>`;

customElements.define("detail-actions", DetailActions);
