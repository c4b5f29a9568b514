import { html } from "lit";
import { addStyle } from "../browser/style.js";
import { DEFAULT_REPLY } from "../reply/default-reply.js";
import { applyPreset, PRESETS } from "../reply/presets.js";
import { draftOf, problemOf, replyOf, usedOf } from "../reply/reply.js";
import { replyFields } from "./reply-fields.js";
import sheet from "./reply-sheet.css";
import { Sheet } from "./sheet.js";

/** @typedef {import("../reply/reply.js").Draft} Draft */

/** Edits the callback's reply. The draft stays until it is saved or the sheet is closed. */
export class ReplySheet extends Sheet {
  static properties = {
    url: {},
    reply: { attribute: false },
    draft: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.heading = "Response";
    this.closedBy = "closerequest";
    this.url = "";
    /** URL of the documentation. */
    this.docs = "/docs";
    /** @type {import("../reply/reply.js").Reply | null} */
    this.reply = null;
    /** @type {import("../reply/api.js").ReplyApi | undefined} */
    this.replies = undefined;
    this.draft = draftOf(DEFAULT_REPLY);
    /** @type {import("../reply/reply.js").Problem | null} */
    this.problem = null;
    this.busy = false;
  }

  /** Start with the current reply. Changes by other viewers do not touch the draft. */
  async show() {
    // Before the page has received the reply, saving the default would replace it.
    const reply = this.reply ?? (await this.replies?.read().catch(() => null));
    this.draft = draftOf(reply ?? DEFAULT_REPLY);
    this.problem = null;
    await super.show();
  }

  content() {
    const { draft, problem, busy, docs, reply } = this;
    const used = usedOf(draft, reply ?? DEFAULT_REPLY);
    return html`
      <form class="reply" novalidate @submit=${this.onSubmit}>
        <div class="reply-presets" role="group" aria-label="Presets">
          ${PRESETS.map((preset) => this.preset(preset))}
        </div>
        ${replyFields({ draft, problem, docs, used, change: (changes) => this.change(changes) })}
        <p class="reply-hint">
          Requests to <code class="captured">${this.url}/status/503</code>
          always get 503, regardless of these settings.
        </p>
        <p class="reply-problem" role="alert">${problem?.field === null ? problem.text : ""}</p>
        <div class="sheet-foot">
          <button type="button" class="button" aria-disabled=${busy} @click=${this.reset}>Reset</button>
          <button class="button primary" aria-disabled=${busy}>Save</button>
        </div>
      </form>
    `;
  }

  /** @param {import("../reply/presets.js").Preset} preset */
  preset(preset) {
    const begin = () => this.change(applyPreset(this.draft, preset));
    return html`<button type="button" class="button" @click=${begin}>${preset.name}</button>`;
  }

  /** @param {Partial<Draft>} changes */
  change(changes) {
    const moved = changes.rules && changes.rules.length !== this.draft.rules.length;
    if (moved && this.problem?.field === "rules") this.problem = null; // it names a rule by its number
    this.draft = { ...this.draft, ...changes };
    return this.updateComplete;
  }

  /** @param {Event} event */
  onSubmit(event) {
    event.preventDefault();
    this.request(async (replies) => replies.save(replyOf(this.draft, this.reply ?? undefined)));
  }

  reset() {
    this.request((replies) => replies.reset());
  }

  /**
   * Save or reset. The stream reports the result to all viewers, including this one.
   * @param {(replies: import("../reply/api.js").ReplyApi) => Promise<void>} act
   */
  async request(act) {
    if (!this.replies || this.busy) return;
    this.busy = true;
    try {
      await act(this.replies);
      this.hide();
    } catch (error) {
      await this.explain(/** @type {Error} */ (error));
    } finally {
      this.busy = false;
    }
  }

  /** @param {Error} error */
  async explain(error) {
    this.problem = problemOf(error);
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector("[aria-invalid=true]"))?.focus();
  }
}

addStyle(sheet);
customElements.define("reply-sheet", ReplySheet);
