import { html, LitElement } from "lit";

/** Announce a burst of requests once. */
const QUIET_MS = 1500;

/** Announces new requests to screen readers. */
export class RequestAnnouncer extends LitElement {
  static properties = { arrived: { type: Number }, text: { state: true } };

  constructor() {
    super();
    this.arrived = 0;
    this.announced = 0;
    this.text = "";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has("arrived") || this.arrived === this.announced || this.timer) return;
    this.timer = setTimeout(() => this.announce(), QUIET_MS);
  }

  announce() {
    const added = this.arrived - this.announced;
    this.announced = this.arrived;
    this.timer = undefined;
    this.text = `${added} new ${added === 1 ? "request" : "requests"}, ${this.arrived} in total`;
  }

  render() {
    return html`<p class="visually-hidden" role="status">${this.text}</p>`;
  }
}

customElements.define("request-announcer", RequestAnnouncer);
