/** The element `<webhook-log src="https://hooks.example.com/<uuid>">`: a live log for any page. */

import { html, LitElement, unsafeCSS } from "lit";
import detail from "../../css/detail-sections.css";
import { Pace } from "../browser/pace.js";
import { baseStyles } from "../components/base-styles.js";
import { Announcer } from "./announcer.js";
import { Log } from "./log.js";
import { logBar } from "./log-bar.js";
import { logEntries, scrollIntoList } from "./log-list.js";
import sheet from "./webhook-log.css";

/** @typedef {import("../wire/contract.js").WebhookLogElement} WebhookLogElement */

const DEFAULT_MAX_ENTRIES = 100;

/**
 * Shows the requests of the callback in `src`, and whether the log is live.
 *
 * @fires request   a request was captured; its detail is the captured request
 * @fires gap       requests were missed: {missed}, null if the server cannot count them
 * @fires recovered  missed requests follow, because the server kept them: {recovered}
 * @fires refused   requests were refused: {count, status, reason, message}
 * @fires responded  a sender received its response: {epoch, seq, status, by}
 * @fires link      the state of the connection has changed: {state, message, retryAt, reason}
 *
 * @implements {WebhookLogElement}
 */
export class WebhookLog extends LitElement {
  static styles = [baseStyles, unsafeCSS(detail), unsafeCSS(sheet)];
  static properties = {
    src: { reflect: true },
    maxEntries: { type: Number, reflect: true, attribute: "max-entries" },
    withCredentials: { type: Boolean, reflect: true, attribute: "with-credentials" },
    opened: { state: true },
  };

  #src = "";
  #maxEntries = DEFAULT_MAX_ENTRIES;
  #withCredentials = false;
  #pace = new Pace(this);
  #update = () => this.requestUpdate();
  #log = new Log(DEFAULT_MAX_ENTRIES, {
    changed: this.#update,
    report: (name, detail) => this.#fire(name, detail),
  });
  #announcer = new Announcer(this.#update);
  /** @type {import("./log-row.js").Actions} */
  #actions = {
    toggle: (id) => this.#toggle(id),
    clear: () => this.clear(),
    tryNow: () => this.#log.tryNow(),
  };

  constructor() {
    super();
    /** Id of the request whose detail is shown, or "". */
    this.opened = "";
  }

  /** URL of a callback or of its page; with `#key=…` if the callback is private. */
  get src() {
    return this.#src;
  }

  set src(url) {
    this.#src = String(url ?? "");
    this.#follow();
  }

  /** Maximum entries in the list. */
  get maxEntries() {
    return this.#maxEntries;
  }

  set maxEntries(count) {
    this.#maxEntries = count >= 1 ? Math.floor(count) : DEFAULT_MAX_ENTRIES;
    this.#log.maxEntries = this.#maxEntries;
  }

  /** Whether long-polling sends the cookies of another origin. */
  get withCredentials() {
    return this.#withCredentials;
  }

  set withCredentials(sends) {
    this.#withCredentials = Boolean(sends);
    this.#follow();
  }

  /** "connecting", "live", "reconnecting", "stalled", "offline" or "refused". */
  get state() {
    return this.#log.store.snapshot.link.state;
  }

  /** The captured requests in the list, newest first. */
  get requests() {
    const { entries } = this.#log.store.snapshot;
    return entries.flatMap((entry) => (entry.kind === "request" ? [entry.request] : []));
  }

  /** Clear the list. */
  clear() {
    this.#log.store.clear();
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("securitypolicyviolation", this.#onViolation);
    this.#follow();
  }

  /** Connect only now: attributes and properties that were set before are read one by one. */
  firstUpdated() {
    this.#follow();
  }

  /** Disconnect, unless the element is only moved within the page. */
  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("securitypolicyviolation", this.#onViolation);
    queueMicrotask(() => this.#follow());
  }

  #follow() {
    if (!this.hasUpdated) return;
    const src = this.#src && URL.canParse(this.#src, document.baseURI);
    const url = src ? new URL(this.#src, document.baseURI).href : this.#src;
    this.#log.follow(this.isConnected ? url : null, this.#withCredentials);
  }

  /** @param {SecurityPolicyViolationEvent} violation */
  #onViolation = (violation) => this.#log.blocked(violation);

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #fire(name, detail) {
    if (name === "link") this.setAttribute("state", this.state);
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** Update the first time at once, even in a hidden page. */
  async scheduleUpdate() {
    if (this.hasUpdated) await this.#pace.frame();
    super.scheduleUpdate();
  }

  updated() {
    this.#announcer.update(this.#log.store.snapshot.arrived);
  }

  render() {
    const { place, store } = this.#log;
    const { opened } = this;
    const url = store.callbackUrl || (place ? `${place.server}/${place.uuid}` : "");
    const shown = { snapshot: store.snapshot, place, url, actions: this.#actions };
    return html`<div part="log" class="log">
      ${logBar(shown)} ${logEntries({ ...shown, opened })}
      <p class="visually-hidden" role="status">${this.#announcer.text}</p>
    </div>`;
  }

  /** @param {string} id */
  async #toggle(id) {
    this.opened = this.opened === id ? "" : id;
    await this.updateComplete;
    scrollIntoList(this.renderRoot.querySelector(".detail")?.parentElement);
  }
}
