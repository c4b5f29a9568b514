import { html, LitElement, nothing } from "lit";
import { canHash } from "../signatures/hmac.js";
import { detect, emptyField, fieldsOf, PROVIDERS, SIGNED_BY } from "../signatures/providers.js";
import { checkIcon, closeIcon } from "./icons.js";
import { signatureField } from "./signature-field.js";

/** @typedef {import("../signatures/providers.js").Provider} Provider */

/** Who types is not told about every letter. */
const QUIET_MS = 400;

const UNABLE = html`<p class="signature-note">
  Signatures can’t be checked here: browsers offer cryptography to pages on https or localhost only.
</p>`;

/** Says whether a request is signed with the secret that the reader enters, or why not. */
export class SignatureCheck extends LitElement {
  static properties = {
    request: { attribute: false },
    provider: { state: true },
    verdict: { state: true },
  };

  /** By provider and field. Secrets are here and nowhere else: not kept, not sent, not in a URL. */
  #entered = /** @type {Record<string, Record<string, string>>} */ ({});
  #turn = 0;

  constructor() {
    super();
    /** @type {import("../wire/captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {Provider} */
    this.provider = PROVIDERS[0];
    /** @type {Provider | undefined} */
    this.detected = undefined;
    /** @type {import("../signatures/verdict.js").Verdict | undefined} */
    this.verdict = undefined;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("request") || !this.request) return;
    const detected = detect(this.request);
    // Who chose another provider keeps it while requests of the same kind come.
    if (detected !== this.detected) this.provider = detected ?? this.provider;
    this.detected = detected;
    this.verdict = undefined;
    this.check();
  }

  /** What is filled in for this request. */
  get values() {
    const entered = this.#entered[this.provider.id] ?? {};
    return this.request ? fieldsOf(this.provider, this.request, entered) : {};
  }

  async check() {
    clearTimeout(this.timer);
    const { request, provider, values } = this;
    const turn = ++this.#turn;
    const ready = request && canHash() && !emptyField(provider, values);
    const verdict = ready ? await provider.check(request, values) : undefined;
    if (turn === this.#turn) this.verdict = verdict;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  enter(name, value) {
    this.#entered[this.provider.id] = { ...this.#entered[this.provider.id], [name]: value };
    this.requestUpdate();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), QUIET_MS);
  }

  render() {
    if (!this.request) return;
    return html`
      <section aria-labelledby="signature-title">
        <details class="fold signature">
          <summary>
            <h3 id="signature-title">Check the signature <span>${this.detected?.name}</span></h3>
          </summary>
          ${canHash() ? this.form() : UNABLE}
        </details>
      </section>
    `;
  }

  form() {
    const { provider, values } = this;
    return html`
      <form class="signature-form" @submit=${this.onSubmit}>
        ${signatureField(SIGNED_BY, provider.name, (name) => this.choose(name))}
        ${provider.fields.map((field) =>
          signatureField(field, values[field.name], (value) => this.enter(field.name, value)),
        )}
        <button type="submit" class="button">Check</button>
      </form>
      <p class="signature-note">The secret stays in this page’s memory. It is never sent or kept.</p>
      ${signatureVerdict(this.verdict, emptyField(provider, values))}
    `;
  }

  /** @param {string} name */
  choose(name) {
    this.provider = PROVIDERS.find((each) => each.name === name) ?? this.provider;
    this.check();
  }

  /** @param {Event} event  of the button or the Enter key; the page's policy lets no form go anywhere */
  onSubmit(event) {
    event.preventDefault();
    this.check();
  }
}

/**
 * Render the verdict on a signature; screen readers announce it politely.
 * @param {import("../signatures/verdict.js").Verdict | undefined} verdict
 * @param {import("../signatures/providers.js").SignatureField | undefined} empty  what has to be filled in first
 */
function signatureVerdict(verdict, empty) {
  return html`<p class="signature-verdict" role="status" data-valid=${verdict?.ok ?? nothing}>
    ${verdict ? said(verdict) : empty ? `Still to fill in: ${empty.label}` : "Checking…"}
  </p>`;
}

/** @param {import("../signatures/verdict.js").Verdict} verdict */
function said(verdict) {
  return verdict.ok
    ? html`${checkIcon}<span>${["Valid.", ...verdict.notes].join(" ")}</span>`
    : html`${closeIcon}<span>${verdict.text}</span>`;
}

customElements.define("signature-check", SignatureCheck);
