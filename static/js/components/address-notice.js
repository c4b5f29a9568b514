import { html, LitElement } from "lit";
import { reachOf } from "../browser/address.js";
import "./copy-button.js";
import sheet from "./address-notice.css";
import { addStyles } from "./document-styles.js";
import { closeIcon } from "./icons.js";

/** @typedef {import("../browser/address.js").Reach} Reach */

/** @type {Record<Reach, string>} */
const TEXTS = {
  local: "Only this computer can reach this address. Providers on the internet can’t.",
  private: "Only your network can reach this address. Providers on the internet can’t.",
  plain: "This address has no HTTPS. Many providers refuse it, and others can read the requests.",
  "": "",
};

/**
 * Says that providers can't reach the page's address, and how they can.
 * @fires hide-address  the user does not want to see it again
 */
export class AddressNotice extends LitElement {
  static properties = { address: { attribute: false } };

  constructor() {
    super();
    /** The address of callbacks. @type {Pick<URL, "protocol" | "hostname" | "port" | "origin">} */
    this.address = location;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const reach = reachOf(this.address);
    return html`
      <aside class="address-notice" aria-label="Reach">
        <details>
          <summary>
            ${TEXTS[reach]} <span class="address-how">${reach === "plain" ? "Add HTTPS" : "How they can"}</span>
          </summary>
          ${this.address.origin === location.origin ? this.means(reach) : this.operator()}
        </details>
        <button type="button" class="icon-button" title="Don’t show this again" @click=${this.hide}>
          ${closeIcon}<span class="visually-hidden">Hide this notice</span>
        </button>
      </aside>
    `;
  }

  operator() {
    return html`<p>The operator of the server sets this address, with <code>CALLBACK_URL</code>.</p>`;
  }

  /** @param {Reach} reach */
  means(reach) {
    return html`
      ${reach === "plain" ? this.proxy() : this.tunnels()}
      <p>
        To see the senders’ addresses and <code>https</code> in the requests, start the server with
        <code>TRUSTED_PROXIES=1 TRUSTED_PROXIES_PROTO=1</code>.
      </p>
    `;
  }

  tunnels() {
    const { origin, hostname, port } = this.address;
    return html`
      <p>
        <strong>With a tunnel of Cloudflare</strong>, for tests and without an account. Cloudflare
        can read the requests.
      </p>
      ${command(`cloudflared tunnel --url ${origin}`)}
      <p>
        It prints an address, <code>https://….trycloudflare.com</code>. Open it: the page there
        shows a URL that providers can reach.
      </p>
      <p>
        <strong>With your own server</strong> that has SSH and a proxy with HTTPS. This
        connects its port 8080 to this page. Let the proxy forward to that port.
      </p>
      ${command(`ssh -N -R 8080:${hostname}:${port || "80"} you@hooks.example.com`)}
    `;
  }

  proxy() {
    const to = this.address.port || "80";
    return html`
      <p>
        Put a proxy with HTTPS in front of the server, such as Caddy, which also gets the
        certificate. Run it on the same host, with the name of that host:
      </p>
      ${command(`caddy reverse-proxy --from hooks.example.com --to localhost:${to === "80" ? "8000" : to}`)}
    `;
  }

  hide() {
    this.dispatchEvent(new CustomEvent("hide-address", { bubbles: true }));
  }
}

/** @param {string} text */
function command(text) {
  return html`<div class="address-command">
    <pre tabindex="0" aria-label="Command">${text}</pre>
    <webhook-copy-button .text=${text} what="the command"></webhook-copy-button>
  </div>`;
}

addStyles(sheet);
customElements.define("address-notice", AddressNotice);
