/** `<webhook-log src="https://hooks.example.com/<uuid>">`: a live log in anybody's page. */

import { html, LitElement, unsafeCSS } from "lit";
import detail from "../../css/detail-sections.css";
import { addDecoders } from "../body/decoders/index.js";
import { baseStyles } from "../components/base-styles.js";
import { define } from "../components/define.js";
import { Announcer } from "./announcer.js";
import { Log } from "./log.js";
import { logBar } from "./log-bar.js";
import { bringIntoSight, logEntries } from "./log-list.js";
import sheet from "./webhook-log.css";

/** @typedef {import("../wire/contract.js").WebhookLogElement} WebhookLogElement */

const MAX = 100;

/**
 * Shows the requests of the callback that `src` names, and says whether it is live.
 *
 * @fires request   a request was captured; its detail is the captured request
 * @fires gap       requests were missed: {missed}, null where the server cannot tell
 * @fires refused   requests were refused: {count, status, reason, message}
 * @fires responded  what a sender got: {epoch, seq, status, by}
 * @fires link      whether it is live: {state, message, retryAt, reason}
 *
 * @implements {WebhookLogElement}
 */
export class WebhookLog extends LitElement {
  static styles = [baseStyles, unsafeCSS(detail), unsafeCSS(sheet)];
  static properties = {
    src: { reflect: true },
    maxEntries: { type: Number, reflect: true, attribute: "max-entries" },
    opened: { state: true },
  };

  #src = "";
  #maxEntries = MAX;
  #update = () => this.requestUpdate();
  #log = new Log(MAX, {
    changed: this.#update,
    tell: (name, detail) => this.#tell(name, detail),
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
    /** The id of the request whose detail shows. */
    this.opened = "";
  }

  /** The URL of a callback or of its page. */
  get src() {
    return this.#src;
  }

  set src(url) {
    this.#src = String(url ?? "");
    this.#follow();
  }

  /** How many entries are kept. */
  get maxEntries() {
    return this.#maxEntries;
  }

  set maxEntries(count) {
    this.#maxEntries = count >= 1 ? Math.floor(count) : MAX;
    this.#log.maxEntries = this.#maxEntries;
  }

  /** "connecting", "live", "reconnecting", "stalled", "offline" or "refused". */
  get state() {
    return this.#log.store.snapshot.link.state;
  }

  /** The captured requests of the list, the newest first. */
  get requests() {
    const { entries } = this.#log.store.snapshot;
    return entries.flatMap((entry) => (entry.kind === "request" ? [entry.request] : []));
  }

  /** The list starts anew. */
  clear() {
    this.#log.store.clear();
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("securitypolicyviolation", this.#onViolation);
    if (this.hasUpdated) this.#follow();
  }

  /** Not before: a `src` that was set when this was not yet defined is read with the first update. */
  firstUpdated() {
    this.#follow();
  }

  /** One that is only moved stays connected. */
  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("securitypolicyviolation", this.#onViolation);
    queueMicrotask(() => this.#follow());
  }

  #follow() {
    const src = this.#src && URL.canParse(this.#src, document.baseURI);
    const url = src ? new URL(this.#src, document.baseURI).href : this.#src;
    this.#log.follow(this.isConnected ? url : null);
  }

  /** @param {SecurityPolicyViolationEvent} violation */
  #onViolation = (violation) => this.#log.blocked(violation);

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    if (name === "link") this.setAttribute("state", this.state);
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** One update a frame at most, however fast requests arrive; the first at once, seen or not. */
  async scheduleUpdate() {
    if (this.hasUpdated) await new Promise(requestAnimationFrame);
    super.scheduleUpdate();
  }

  updated() {
    this.#announcer.update(this.#log.store.snapshot.arrived);
  }

  render() {
    const { place, store } = this.#log;
    const { opened } = this;
    const shown = { snapshot: store.snapshot, place, actions: this.#actions };
    return html`<div part="log" class="log">
      ${logBar(shown)} ${logEntries({ ...shown, opened })}
      <p class="visually-hidden" role="status">${this.#announcer.text}</p>
    </div>`;
  }

  /** @param {string} id */
  async #toggle(id) {
    this.opened = this.opened === id ? "" : id;
    await this.updateComplete;
    bringIntoSight(this.renderRoot.querySelector(".detail")?.parentElement);
  }
}

addDecoders(new URL("./", import.meta.url));
define("webhook-log", WebhookLog);
