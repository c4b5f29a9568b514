import { html, LitElement, nothing } from "lit";
import { canHash } from "../signatures/hmac.js";
import { detect, emptyField, fieldsOf, PROVIDERS, SIGNED_BY } from "../signatures/providers.js";
import { checkIcon, closeIcon } from "./icons.js";
import { signatureField } from "./signature-field.js";

/** @typedef {import("../signatures/providers.js").Provider} Provider */

/** Delay of the check after the last keystroke. */
const CHECK_DELAY_MS = 400;

const CANNOT_CHECK = html`<p class="signature-note">
  Signatures can’t be checked on this page: browsers allow cryptography only on https and localhost.
</p>`;

/** Checks the signature of a request with the secret that the user enters. */
export class SignatureCheck extends LitElement {
  static properties = {
    request: { attribute: false },
    provider: { state: true },
    verdict: { state: true },
  };

  /** The entered values by provider and field. Secrets are never stored, sent or put in a URL. */
  #entered = /** @type {Record<string, Record<string, string>>} */ ({});
  #latestCheck = 0;

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
    // Keep the user's choice until the page shows a request from another provider.
    if (detected !== this.detected) this.provider = detected ?? this.provider;
    this.detected = detected;
    this.verdict = undefined;
    this.check();
  }

  /** The values of the form. */
  get values() {
    const entered = this.#entered[this.provider.id] ?? {};
    return this.request ? fieldsOf(this.provider, this.request, entered) : {};
  }

  async check() {
    clearTimeout(this.timer);
    const { request, provider, values } = this;
    const number = ++this.#latestCheck;
    const ready = request && canHash() && !emptyField(provider, values);
    const verdict = ready ? await provider.check(request, values) : undefined;
    if (number === this.#latestCheck) this.verdict = verdict;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  enter(name, value) {
    this.#entered[this.provider.id] = { ...this.#entered[this.provider.id], [name]: value };
    this.requestUpdate();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), CHECK_DELAY_MS);
  }

  render() {
    if (!this.request) return;
    return html`
      <section aria-labelledby="signature-title">
        <details class="fold signature">
          <summary>
            <h3 id="signature-title">Check signature <span>${this.detected?.name}</span></h3>
          </summary>
          ${canHash() ? this.form() : CANNOT_CHECK}
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
      <p class="signature-note">The secret stays in this page’s memory. It is never sent or stored.</p>
      ${signatureVerdict(this.verdict, emptyField(provider, values))}
    `;
  }

  /** @param {string} name */
  choose(name) {
    this.provider = PROVIDERS.find((each) => each.name === name) ?? this.provider;
    this.check();
  }

  /** @param {Event} event  The page's Content-Security-Policy blocks the submission itself. */
  onSubmit(event) {
    event.preventDefault();
    this.check();
  }
}

/**
 * Render the verdict on a signature; screen readers announce it politely.
 * @param {import("../signatures/verdict.js").Verdict | undefined} verdict
 * @param {import("../signatures/providers.js").SignatureField | undefined} empty  the first field without a value
 */
function signatureVerdict(verdict, empty) {
  return html`<p class="signature-verdict" role="status" data-valid=${verdict?.ok ?? nothing}>
    ${verdict ? verdictText(verdict) : empty ? `Enter the ${decapitalized(empty.label)}.` : "Checking…"}
  </p>`;
}

/**
 * Write a label inside a sentence: "Signing secret" becomes "signing secret"; "URL" is unchanged.
 * @param {string} label
 */
function decapitalized(label) {
  return label.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** @param {import("../signatures/verdict.js").Verdict} verdict */
function verdictText(verdict) {
  return verdict.ok
    ? html`${checkIcon}<span>${["Valid.", ...verdict.notes].join(" ")}</span>`
    : html`${closeIcon}<span>${verdict.text}</span>`;
}

customElements.define("signature-check", SignatureCheck);
