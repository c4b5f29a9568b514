import { html, LitElement } from "lit";
import { brandIcon, downIcon, helpIcon, pencilIcon, plusIcon, settingsIcon } from "./icons.js";
import "./live-badge.js";

/**
 * The bar at the top: the callback's name, viewers, live badge, help, settings, a link to a new
 * callback, and the recent ones.
 * @fires show-sheet  detail: the name of a sheet's element
 * @fires name-callback  the user wants to name this callback
 */
export class TopBar extends LitElement {
  static properties = {
    link: { attribute: false },
    viewers: { type: Number },
    fresh: {},
    name: {},
  };

  constructor() {
    super();
    /** @type {import("../state/store.js").Link | undefined} */
    this.link = undefined;
    this.viewers = 0;
    /** URL that creates a new callback. */
    this.fresh = "";
    /** The name of this callback, or "". */
    this.name = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const live = this.link?.state === "live";
    return html`
      <header class="topbar">
        <h1 class="topbar-brand">${brandIcon}<span>Webhook Logger</span></h1>
        <div class="topbar-place">${this.callbackName(live)}</div>
        ${live ? html`<span class="topbar-viewers" ?data-alone=${this.viewers === 1}>${viewersText(this.viewers)}</span>` : ""}
        <webhook-badge .link=${this.link}></webhook-badge>
        <div class="topbar-tools">
          ${this.tool("help-sheet", "?", "Keyboard shortcuts", helpIcon)}
          ${this.tool("settings-sheet", "s", "Settings", settingsIcon)}
        </div>
        <div class="topbar-split">
          <a
            class="button" href=${this.fresh} target="_blank" rel="noopener noreferrer" title="New callback, in a new tab"
          >${plusIcon}<span class="topbar-new">New <span class="topbar-long">callback</span></span></a>
          <button
            type="button" class="button" title="Recent callbacks (o)" aria-label="Recent callbacks" aria-haspopup="dialog"
            aria-keyshortcuts="o" @click=${() => this.show("recent-sheet")}
          >${downIcon}</button>
        </div>
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
    return html`<button
      type="button" class="icon-button" title="${name} (${key})" aria-label=${name} aria-keyshortcuts=${key}
      @click=${() => this.show(sheet)}
    >${icon}</button>`;
  }

  /**
   * The name, which only a callback that was live can have.
   * @param {boolean} live
   */
  callbackName(live) {
    if (!live && !this.name) return "";
    const edit = () => this.dispatchEvent(new CustomEvent("name-callback", { bubbles: true }));
    return html`<button
      type="button" class="topbar-callback" ?data-unnamed=${!this.name} title="Name this callback" @click=${edit}
    ><span>${this.name || "Name this callback"}</span>${pencilIcon}</button>`;
  }

  /** @param {string} detail  name of a sheet's element */
  show(detail) {
    this.dispatchEvent(new CustomEvent("show-sheet", { detail, bubbles: true }));
  }
}

/** @param {number} viewers */
function viewersText(viewers) {
  return viewers === 1 ? "1 viewer" : `${viewers.toLocaleString("en-US")} viewers`;
}

customElements.define("top-bar", TopBar);
