import { html, LitElement } from "lit";
import "./empty-state.js";
import { load } from "./on-demand.js";

/** @typedef {import("../state/store.js").Snapshot} Snapshot */

/**
 * The pane next to the list: the selected request, a comparison, or how to get the first request.
 * The parts of the detail are loaded with the first request, so that the page is live sooner.
 * @fires detail-ready  the parts are loaded
 */
export class DetailPane extends LitElement {
  static properties = {
    snapshot: { attribute: false },
    live: { type: Boolean },
    url: {},
    bodyLimit: { attribute: false },
    secrets: { attribute: false },
    forwardTo: {},
    saysReach: { type: Boolean },
    isReady: { state: true },
    failure: { state: true },
  };

  constructor() {
    super();
    /** @type {Snapshot | undefined} */
    this.snapshot = undefined;
    /** Whether the page is live. */
    this.live = false;
    /** The URL for senders. */
    this.url = "";
    /** The server's maximum body size in bytes; 0 if unknown. */
    this.bodyLimit = 0;
    /** @type {import("../state/secrets.js").Secrets | undefined} */
    this.secrets = undefined;
    /** The address on the user's machine, as entered. */
    this.forwardTo = "";
    /** Whether it says how providers can reach a local address. */
    this.saysReach = false;
    /** Whether the parts of the detail are loaded. */
    this.isReady = false;
    /** Why they could not be loaded, or "". */
    this.failure = "";
    /** @type {Promise<void> | undefined} */
    this.loading = undefined;
  }

  createRenderRoot() {
    return this;
  }

  updated() {
    if (this.snapshot?.selected) this.loading ??= this.loadParts();
  }

  async loadParts() {
    this.failure = "";
    try {
      await load("request-detail");
      this.isReady = true;
      await this.updateComplete;
      this.dispatchEvent(new CustomEvent("detail-ready"));
    } catch (error) {
      this.failure = /** @type {Error} */ (error).message;
    }
  }

  render() {
    const { snapshot } = this;
    if (!snapshot) return;
    const { selected, hidden, compared, opened } = snapshot;
    if (selected && !this.isReady) return this.unready();
    if (selected && compared && selected !== compared) {
      return html`<compare-view .left=${compared} .right=${selected} .opened=${opened}></compare-view>`;
    }
    if (selected) return this.detail(selected, snapshot);
    if (hidden) {
      return html`<p class="detail-hidden">The filter hides the selected request. Select another one, or clear the filter.</p>`;
    }
    return this.empty(snapshot);
  }

  /** The state while the parts are loading, or after that failed. */
  unready() {
    if (!this.failure) return html`<p class="detail-hidden">Loading…</p>`;
    const retry = () => {
      this.loading = this.loadParts();
    };
    return html`<div class="detail-hidden">
      <p role="alert">${this.failure}</p>
      <button type="button" class="button" @click=${retry}>Retry</button>
    </div>`;
  }

  /**
   * @param {import("../wire/captured.js").CapturedRequest} selected
   * @param {Snapshot} snapshot
   */
  detail(selected, { pinned, notes, opened, retries, responses, needles }) {
    return html`<request-detail
      .request=${selected} .retry=${retries.get(selected.id)} .opened=${opened}
      .pinned=${pinned.has(selected.id)} .note=${notes.get(selected.id) ?? ""}
      .response=${responses.get(selected)} .responses=${responses}
      .bodyLimit=${this.bodyLimit} .secrets=${this.secrets}
      .forwardTo=${this.forwardTo} .needles=${needles}
    ></request-detail>`;
  }

  /** @param {Snapshot} snapshot */
  empty({ arrived, entries }) {
    const refused = entries.some(({ kind }) => kind === "refused");
    return html`<webhook-empty
      .url=${this.url} .shown=${true} .samples=${true} .live=${this.live} .again=${arrived > 0} .refused=${refused}
    >${this.saysReach ? html`<address-notice .address=${new URL(this.url)}></address-notice>` : ""}</webhook-empty>`;
  }
}

customElements.define("detail-pane", DetailPane);
