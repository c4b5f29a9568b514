import { html } from "lit";
import { addStyle } from "../browser/style.js";
import { MAX_LINK_CHARACTERS, packed, secretNames, withoutSecrets } from "../share/link.js";
import { byteSize, visible } from "../text/format.js";
import { isPrivate } from "../wire/private.js";
import { Sheet } from "./sheet.js";
import "./copy-button.js";
import sheet from "./share-sheet.css";

/** Some programs for chat and mail break longer links. */
const LONG_LINK = 2000;

/** Makes a link that contains one captured request and its response. */
export class ShareSheet extends Sheet {
  static properties = {
    request: { attribute: false },
    response: { attribute: false },
    server: {},
    shared: { state: true },
    leavesOut: { state: true },
    link: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    this.heading = "Link to this request";
    /** @type {import("../wire/captured.js").CapturedRequest | null} */
    this.request = null;
    /** @type {import("../state/responses.js").SenderResponse | undefined} undefined if it is not known */
    this.response = undefined;
    /** URL of the server. */
    this.server = "";
    /** The request when the dialog was opened. @type {import("../share/link.js").SharedRequest | undefined} */
    this.shared = undefined;
    /** Whether values that may be secrets are left out. */
    this.leavesOut = true;
    this.link = "";
    /** Why there is no link, or "". */
    this.problem = "";
    /** Number of the latest link, because packing takes time. */
    this.latest = 0;
  }

  async show() {
    const { request, response } = this;
    if (!request) return;
    this.shared = { request, response };
    this.leavesOut = true;
    await this.pack(this.shared);
    await super.show();
  }

  /** @param {import("../share/link.js").SharedRequest} whole */
  async pack(whole) {
    const shared = this.leavesOut ? withoutSecrets(whole) : whole;
    this.latest += 1;
    const { latest } = this;
    const [link, problem] = await packed(shared).then(
      (fragment) => [`${this.server}/view#${fragment}`, ""],
      (error) => ["", error.message],
    );
    if (latest === this.latest) Object.assign(this, { link, problem });
  }

  content() {
    const { uuid = "" } = this.shared?.request ?? {};
    const names = this.shared ? [...new Set(secretNames(this.shared.request))] : [];
    return html`
      <p class="share-text">
        The link itself contains the whole request, and its response if that is known. Anyone who has
        the link can read them. You can’t withdraw it.
      </p>
      ${names.length ? this.choice(names) : ""}
      <p class="share-text">The path, the query and the body can contain secrets, too.</p>
      ${uuid ? html`<p class="share-text">${callbackText(uuid)}</p>` : ""}
      ${this.problem ? html`<p class="share-problem" role="alert">${this.problem}</p>` : this.result()}
    `;
  }

  /** @param {string[]} names */
  choice(names) {
    return html`<label class="share-choice">
      <input type="checkbox" .checked=${this.leavesOut} @change=${this.onChange} />
      <span>Leave out the values of <span class="captured">${visible(names.join(", "))}</span></span>
    </label>`;
  }

  result() {
    const { length } = this.link;
    const size = `${byteSize(length)} of at most ${byteSize(MAX_LINK_CHARACTERS)}.`;
    const long =
      length > LONG_LINK ? " Some programs for chat and mail break links of this size." : "";
    return html`
      <div class="share-result">
        <input class="field" readonly aria-label="Link" .value=${this.link} @focus=${this.onFocus} />
        <webhook-copy-button class="primary" .text=${this.link} what="the link"></webhook-copy-button>
      </div>
      <p class="share-size">${size}${long}</p>
    `;
  }

  /** @param {Event} event */
  onChange({ target }) {
    this.leavesOut = /** @type {HTMLInputElement} */ (target).checked;
    if (this.shared) this.pack(this.shared);
  }

  /** @param {Event} event */
  onFocus({ target }) {
    /** @type {HTMLInputElement} */ (target).select();
  }
}

/**
 * Say what the callback's UUID, which is in the link, allows.
 * @param {string} uuid
 */
function callbackText(uuid) {
  return isPrivate(uuid)
    ? "It also contains the URL for senders, but not the key that viewers need."
    : "It also contains the URL for senders. The callback is open: anyone who knows this URL can watch it.";
}

addStyle(sheet);
customElements.define("share-sheet", ShareSheet);
