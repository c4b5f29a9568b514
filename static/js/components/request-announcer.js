import { html, LitElement } from "lit";

/** A burst is told as one sentence, not as a hundred. */
const QUIET_MS = 1500;

/** Tells screen readers of new requests, politely. */
export class RequestAnnouncer extends LitElement {
  static properties = { arrived: { type: Number }, text: { state: true } };

  constructor() {
    super();
    this.arrived = 0;
    this.told = 0;
    this.text = "";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has("arrived") || this.arrived === this.told || this.timer) return;
    this.timer = setTimeout(() => this.tell(), QUIET_MS);
  }

  tell() {
    const news = this.arrived - this.told;
    this.told = this.arrived;
    this.timer = undefined;
    this.text = `${news} new ${news === 1 ? "request" : "requests"}, ${this.arrived} in all`;
  }

  render() {
    return html`<p class="visually-hidden" role="status">${this.text}</p>`;
  }
}

customElements.define("request-announcer", RequestAnnouncer);
