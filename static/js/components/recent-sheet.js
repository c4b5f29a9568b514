import { html } from "lit";
import { MAX_NAME } from "../state/recent-callbacks.js";
import { ago, fullTime } from "../text/format.js";
import { isPrivate, watchLink } from "../wire/private.js";
import { addStyles } from "./document-styles.js";
import { closeIcon, pencilIcon } from "./icons.js";
import sheet from "./recent-sheet.css";
import { Sheet } from "./sheet.js";

/** @typedef {import("../state/recent-callbacks.js").Recent} Recent */

/** Lists the recent callbacks of this browser, to switch to one, and to name and forget them. */
export class RecentSheet extends Sheet {
  static properties = {
    recents: { attribute: false },
    all: { attribute: false },
    keepsPage: { type: Boolean },
    text: { state: true },
    renamed: { state: true },
    forgotten: { state: true },
  };

  constructor() {
    super();
    this.heading = "Recent callbacks";
    /** @type {import("../state/recent-callbacks.js").RecentCallbacks | undefined} */
    this.recents = undefined;
    /** @type {readonly Recent[]} */
    this.all = [];
    /** Whether links open new tabs, because this page has requests. */
    this.keepsPage = false;
    this.text = "";
    /** The callback whose name is edited. @type {Recent | undefined} */
    this.renamed = undefined;
    /** The callbacks that were forgotten last. @type {readonly Recent[]} */
    this.forgotten = [];
  }

  async show() {
    this.text = "";
    this.renamed = undefined;
    this.forgotten = [];
    await super.show();
    this.field?.focus();
  }

  /**
   * Edit the name of a callback.
   * @param {Recent | undefined} recent
   */
  async rename(recent) {
    this.renamed = recent;
    await this.updateComplete;
    /** @type {HTMLInputElement | null} */ (this.querySelector(".recent-rename input"))?.select();
  }

  get field() {
    return /** @type {HTMLInputElement | null} */ (this.querySelector(".recent-filter"));
  }

  get links() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".recent-link")]);
  }

  get found() {
    const text = this.text.trim().toLowerCase();
    return this.all.filter(({ name, uuid }) => `${name} ${uuid}`.toLowerCase().includes(text));
  }

  content() {
    const { all, found } = this;
    return html`
      <div class="recent" @keydown=${this.onKey}>
        ${
          all.length > 0
            ? html`<input
          type="search" class="field recent-filter" placeholder="Name or UUID" aria-label="Find a callback"
          autocomplete="off" spellcheck="false" .value=${this.text} @input=${this.onText}
        />`
            : ""
        }
        <ol class="recent-list" role="list">${found.map((recent) => this.row(recent))}</ol>
        ${found.length === 0 ? html`<p class="recent-none">${all.length > 0 ? "No callback matches." : "No recent callbacks."}</p>` : ""}
        <p class="recent-status" role="status">
          ${this.forgotten.length > 0 ? html`${forgottenText(this.forgotten)} <button type="button" class="button" @click=${this.undo}>Undo</button>` : ""}
        </p>
        <footer class="recent-foot">
          <p>
            Names and links, with their keys, are kept in this browser only. Requests are not kept.
            ${this.keepsPage ? "Links open a new tab, because this page has requests." : ""}
          </p>
          ${all.length > 0 ? html`<button type="button" class="button" @click=${this.forgetAll}>Forget all</button>` : ""}
        </footer>
      </div>
    `;
  }

  /** @param {Recent} recent */
  row(recent) {
    if (recent === this.renamed) return this.nameForm(recent);
    const isHere = this.recents?.isHere(recent) ?? false;
    const name = recent.name || "No name";
    return html`<li class="recent-row">
      <a
        class="recent-link" href=${watchLink(recent)} target=${this.keepsPage ? "_blank" : "_self"} rel="noopener noreferrer"
        aria-current=${isHere ? "page" : "false"} @click=${(/** @type {Event} */ event) => this.onOpen(event, isHere)}
      >
        <span class="recent-name" ?data-unnamed=${!recent.name}>${name}</span>
        <span class="recent-about">
          <code>${recent.uuid.slice(0, 8)}…</code>
          <span>${isPrivate(recent.uuid) ? "private" : "open"}</span>
          <span title=${fullTime(new Date(recent.visited).toISOString())}>${isHere ? "this page" : ago(Date.now() - recent.visited)}</span>
        </span>
      </a>
      <button type="button" class="icon-button" title="Rename" @click=${() => this.rename(recent)}>
        ${pencilIcon}<span class="visually-hidden">Rename ${name}</span>
      </button>
      <button type="button" class="icon-button" title="Forget" @click=${() => this.forget(recent)}>
        ${closeIcon}<span class="visually-hidden">Forget ${name}</span>
      </button>
    </li>`;
  }

  /** @param {Recent} recent */
  nameForm(recent) {
    return html`<li>
      <form class="recent-rename" @submit=${this.onName}>
        <input class="field" aria-label="Name of ${recent.uuid.slice(0, 8)}…" placeholder="Name" maxlength=${MAX_NAME} autocomplete="off" .value=${recent.name} />
        <button class="button primary">Save</button>
        <button type="button" class="button" @click=${this.endRename}>Cancel</button>
      </form>
    </li>`;
  }

  /** @param {Event & {currentTarget: HTMLInputElement}} event */
  onText({ currentTarget }) {
    this.text = currentTarget.value;
  }

  /** @param {Event} event @param {boolean} isHere */
  onOpen(event, isHere) {
    if (isHere) event.preventDefault();
    this.hide();
  }

  /** @param {SubmitEvent & {currentTarget: HTMLFormElement}} event */
  onName(event) {
    event.preventDefault();
    const { value } = /** @type {HTMLInputElement} */ (event.currentTarget.elements[0]);
    if (this.renamed) this.recents?.rename(this.renamed, value);
    this.endRename();
  }

  async endRename() {
    const { renamed } = this;
    this.renamed = undefined;
    await this.updateComplete;
    const at = this.found.findIndex((each) => each.uuid === renamed?.uuid);
    (this.links[at] ?? this.field)?.focus();
  }

  /** @param {Recent} recent */
  forget(recent) {
    this.forgotten = [recent];
    this.recents?.forget(recent);
    this.focusAfter();
  }

  forgetAll() {
    this.forgotten = this.all;
    this.recents?.forgetAll();
    this.focusAfter();
  }

  undo() {
    this.recents?.restore(this.forgotten);
    this.forgotten = [];
    this.focusAfter();
  }

  /** Move the focus from a removed control to the one that comes next. */
  async focusAfter() {
    await this.updateComplete;
    const undo = /** @type {HTMLElement | null} */ (this.querySelector(".recent-status button"));
    (undo ?? this.field)?.focus();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { target, key } = event;
    if (this.renamed) {
      if (key !== "Escape") return;
      event.preventDefault(); // the dialog stays open
      this.endRename();
      return;
    }
    const stops = [this.field, ...this.links];
    const at = stops.indexOf(/** @type {HTMLInputElement} */ (target));
    if (at < 0) return;
    const next = { ArrowDown: at + 1, ArrowUp: Math.max(at - 1, 0) }[key];
    if (next !== undefined) {
      event.preventDefault();
      stops[next]?.focus();
    } else if (key === "Enter" && at === 0) {
      event.preventDefault();
      this.links[0]?.click();
    } else if (at > 0 && key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      this.field?.focus(); // which then receives the character
    }
  }
}

/** @param {readonly Recent[]} forgotten */
function forgottenText(forgotten) {
  if (forgotten.length > 1) return `${forgotten.length} callbacks forgotten.`;
  const [{ name, uuid }] = forgotten;
  return `${name || `${uuid.slice(0, 8)}…`} forgotten.`;
}

addStyles(sheet);
customElements.define("recent-sheet", RecentSheet);
