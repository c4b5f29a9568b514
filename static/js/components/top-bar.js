import { html, LitElement } from "lit";
import { brandIcon, helpIcon, plusIcon, settingsIcon } from "./icons.js";
import "./live-badge.js";

/**
 * The bar at the top: viewers, live badge, help, settings, and a link to a new callback.
 * @fires show-sheet  detail: the name of a sheet's element
 */
export class TopBar extends LitElement {
  static properties = { link: { attribute: false }, viewers: { type: Number }, fresh: {} };

  constructor() {
    super();
    /** @type {import("../state/store.js").Link | undefined} */
    this.link = undefined;
    this.viewers = 0;
    /** URL that creates a new callback. */
    this.fresh = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const live = this.link?.state === "live";
    return html`
      <header class="topbar">
        <h1 class="topbar-name">${brandIcon}<span class="topbar-brand">Webhook Logger</span></h1>
        ${live ? html`<span class="topbar-viewers">${viewersText(this.viewers)}</span>` : ""}
        <webhook-badge .link=${this.link}></webhook-badge>
        <div class="topbar-tools">
          ${this.tool("help-sheet", "?", "Keyboard shortcuts", helpIcon)}
          ${this.tool("settings-sheet", "s", "Settings", settingsIcon)}
        </div>
        <a class="button" href=${this.fresh}>${plusIcon}<span class="topbar-new">New <span class="topbar-long">callback</span></span></a>
      </header>
    `;
  }

  /**
   * @param {string} sheet
   * @param {string} key
   * @param {string} name
   * @param {unknown} icon
   */
  tool(sheet, key, name, icon) {
    const show = () =>
      this.dispatchEvent(new CustomEvent("show-sheet", { detail: sheet, bubbles: true }));
    return html`<button
      type="button" class="icon-button" title="${name} (${key})" aria-label=${name} aria-keyshortcuts=${key} @click=${show}
    >${icon}</button>`;
  }
}

/** @param {number} viewers */
function viewersText(viewers) {
  return viewers === 1 ? "1 viewer" : `${viewers.toLocaleString("en-US")} viewers`;
}

customElements.define("top-bar", TopBar);
