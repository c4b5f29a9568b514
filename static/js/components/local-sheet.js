import { html } from "lit";
import { addStyle } from "../browser/style.js";
import { localCommand, SHELLS } from "../export/local-command.js";
import { forwardUrl } from "../export/targets.js";
import { withoutKey } from "../wire/private.js";
import sheet from "./local-sheet.css";
import "./copy-button.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("../export/local-command.js").Shell} Shell */

const DEFAULT = "localhost:3000";

/** Shows the command that forwards the callback's requests to a server on the user's machine. */
export class LocalSheet extends Sheet {
  static properties = {
    link: {},
    responder: { type: Boolean },
    settings: { attribute: false },
    fixed: { type: Boolean },
    shell: { state: true },
    responds: { state: true },
    entered: { state: true },
  };

  constructor() {
    super();
    this.heading = "Send to your machine";
    /** The link for people who may watch. */
    this.link = "";
    /** Whether a responder is connected. */
    this.responder = false;
    /** @type {import("../state/settings.js").Settings | undefined} */
    this.settings = undefined;
    /** @type {Shell} */
    this.shell = /^Win/.test(navigator.platform) ? "powershell" : "posix";
    /** Whether the server sends its default response only. */
    this.fixed = false;
    this.responds = true;
    this.entered = "";
  }

  async show() {
    this.entered = this.settings?.choices.forwardTo ?? "";
    await super.show();
  }

  content() {
    const url = forwardUrl(this.entered || DEFAULT);
    return html`
      <p>The command forwards each request to your server, which needs no public address and no CORS.</p>
      <div class="local-form">
        <label class="local-address">
          <span>Port or URL of your server</span>
          <input class="field captured" placeholder=${DEFAULT} autocomplete="off" autocapitalize="off" spellcheck="false"
            aria-invalid=${url === ""} .value=${this.entered} @input=${this.onInput} />
        </label>
        ${this.fixed ? "" : this.returning()}
        <p class="local-note">${this.note}</p>
        <fieldset class="local-shells">
          <legend class="visually-hidden">Shell</legend>
          ${SHELLS.map((each) => this.choice(each))}
        </fieldset>
      </div>
      ${url ? this.command(url) : html`<p class="local-problem" role="alert">Enter a port, or a URL with http:// or https://, without a query.</p>`}
      ${this.installation()}
      <p class="local-state" role="status">${this.responder ? "A responder is connected: senders get its responses." : ""}</p>
    `;
  }

  returning() {
    return html`<label class="local-check">
      <input type="checkbox" .checked=${this.responds} @change=${this.onResponds} />
      <span>Return its responses to the senders</span>
    </label>`;
  }

  get note() {
    if (this.fixed)
      return "This server sends only its default response (REPLIES=off): senders do not get that of your server.";
    return this.responds
      ? "While the command runs, each sender waits for the response of your server."
      : "Senders get the response that this page shows, and do not wait for your server.";
  }

  /** @param {{value: Shell, label: string}} choice */
  choice({ value, label }) {
    const choose = () => {
      this.shell = value;
    };
    return html`<label><input type="radio" name="shell" .checked=${value === this.shell} @change=${choose} />${label}</label>`;
  }

  /** @param {string} url */
  command(url) {
    const command = localCommand(this.shell, this.link, url, this.responds && !this.fixed);
    return html`
      <div class="local-command">
        <pre class="captured" tabindex="0" role="group" aria-label="Command">${withoutKey(command)}</pre>
        <webhook-copy-button class="primary" .text=${command} what="the command"></webhook-copy-button>
      </div>
      ${command === withoutKey(command) ? "" : html`<p class="local-key">The copied command contains the key: share it only with people who may watch.</p>`}
    `;
  }

  installation() {
    return html`<p class="local-note">
      To install the command, run <code>pip install .</code> in a clone of the repository, in a virtual environment.
      <code>webhook-logger listen -h</code> lists its options.
    </p>`;
  }

  /** @param {Event} event */
  onInput({ target }) {
    this.entered = /** @type {HTMLInputElement} */ (target).value;
    if (!this.entered || forwardUrl(this.entered))
      this.settings?.change({ forwardTo: this.entered });
  }

  /** @param {Event} event */
  onResponds({ target }) {
    this.responds = /** @type {HTMLInputElement} */ (target).checked;
  }
}

addStyle(sheet);
customElements.define("local-sheet", LocalSheet);
