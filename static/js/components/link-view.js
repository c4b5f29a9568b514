import { html, LitElement } from "lit";
import { addStyle } from "../browser/style.js";
import { unpacked } from "../share/link.js";
import { Responses } from "../state/responses.js";
import { brandIcon, plusIcon } from "./icons.js";
import sheet from "./link-view.css";

// The page loads the elements of the detail. Imports of them here would split its script.

/** The page of a link to one request, which is in the fragment of the page's address. */
export class LinkView extends LitElement {
  static properties = {
    fresh: {},
    forwardTo: {},
    secrets: { attribute: false },
    shared: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    /** URL that creates a new callback. */
    this.fresh = "";
    /** The address on the user's machine, as entered. */
    this.forwardTo = "";
    /** @type {import("../state/secrets.js").Secrets | undefined} */
    this.secrets = undefined;
    /** @type {import("../share/link.js").SharedRequest | undefined} */
    this.shared = undefined;
    /** Why the request can't be shown, or "". */
    this.problem = "";
    this.responses = new Responses(1);
    this.read = this.read.bind(this);
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("hashchange", this.read);
    this.read();
  }

  disconnectedCallback() {
    removeEventListener("hashchange", this.read);
    super.disconnectedCallback();
  }

  async read() {
    const { hash } = location;
    const [shared, problem] = await unpacked(hash).then(
      (found) => [found, ""],
      (error) => [undefined, error.message],
    );
    if (hash !== location.hash) return; // another one is being read
    if (shared?.response) this.responses.add({ ...shared.request, ...shared.response });
    Object.assign(this, { shared, problem });
  }

  render() {
    return html`
      <header class="topbar">
        <h1 class="topbar-brand">${brandIcon}<span>Webhook Logger</span></h1>
        <span class="shared-space"></span>
        <a class="button" href=${this.fresh}>${plusIcon}<span>New callback</span></a>
      </header>
      <main class="shared-page">
        ${this.problem ? this.failed() : ""} ${this.shared ? this.detail(this.shared) : ""}
      </main>
    `;
  }

  failed() {
    return html`<div class="shared-failure" role="alert">
      <h2>The request can’t be shown</h2>
      <p>${this.problem}</p>
    </div>`;
  }

  /** @param {import("../share/link.js").SharedRequest} shared */
  detail({ request, response }) {
    return html`
      <p class="shared-notice">The link itself contains this request. It is not live, and no server stores it.</p>
      <request-detail
        alone .request=${request} .response=${response} .responses=${this.responses}
        .secrets=${this.secrets} .forwardTo=${this.forwardTo}
      ></request-detail>
    `;
  }
}

addStyle(sheet);
customElements.define("link-view", LinkView);
