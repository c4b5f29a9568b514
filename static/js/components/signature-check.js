import { html, LitElement, nothing } from "lit";
import { canHash } from "../providers/hashes.js";
import { RequestValues } from "../providers/request-values.js";
import { check } from "../providers/signature.js";
import {
  emptyField,
  fieldsOf,
  needsHash,
  SIGNERS,
  signatureFor,
  signerOf,
  valuesOf,
} from "../providers/signature-choice.js";
import { checkIcon, closeIcon } from "./icons.js";
import { signatureField } from "./signature-field.js";

/** @typedef {import("../providers/registry.js").Provider} Provider */

/** Delay of the check after the last keystroke. */
const CHECK_DELAY_MS = 400;

/** The choice of the provider. @type {import("../providers/signature-choice.js").SignatureField} */
const SIGNED_BY = {
  name: "provider",
  label: "Signed by",
  kind: "choice",
  choices: SIGNERS.map(({ name }) => name),
};

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
    this.provider = SIGNERS[0];
    /** @type {Provider | undefined} */
    this.detected = undefined;
    /** @type {import("../providers/verdict.js").Verdict | undefined} */
    this.verdict = undefined;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("request") || !this.request) return;
    const detected = signerOf(this.request);
    // Keep the user's choice until the page shows a request from another provider.
    if (detected !== this.detected) this.provider = detected ?? this.provider;
    this.detected = detected;
    this.verdict = undefined;
    this.check();
  }

  /** The fields of the form. */
  get fields() {
    return this.request ? fieldsOf(this.provider, this.request, this.entered) : [];
  }

  /** The values of the form. */
  get values() {
    return valuesOf(this.fields, this.entered);
  }

  get entered() {
    return this.#entered[this.provider.id] ?? {};
  }

  /** Whether this page can check the signature; tokens need no cryptography. */
  get canCheck() {
    if (canHash() || !this.request) return true;
    const signature = signatureFor(this.provider, new RequestValues(this.request), {});
    return signature !== undefined && !needsHash(signature);
  }

  async check() {
    clearTimeout(this.timer);
    const { request, provider, fields, values } = this;
    const number = ++this.#latestCheck;
    const ready = request && this.canCheck && !emptyField(fields, values);
    const verdict = ready ? await check(request, provider, values) : undefined;
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
          ${this.canCheck ? this.form() : CANNOT_CHECK}
        </details>
      </section>
    `;
  }

  form() {
    const { provider, fields, values } = this;
    return html`
      <form class="signature-form" @submit=${this.onSubmit}>
        ${signatureField(SIGNED_BY, provider.name, (name) => this.choose(name))}
        ${fields.map((field) =>
          signatureField(field, values[field.name], (value) => this.enter(field.name, value)),
        )}
        <button type="submit" class="button">Check</button>
      </form>
      <p class="signature-note">The secret stays in this page’s memory. It is never sent or stored.</p>
      ${signatureVerdict(this.verdict, emptyField(fields, values))}
    `;
  }

  /** @param {string} name */
  choose(name) {
    this.provider = SIGNERS.find((each) => each.name === name) ?? this.provider;
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
 * @param {import("../providers/verdict.js").Verdict | undefined} verdict
 * @param {import("../providers/signature-choice.js").SignatureField | undefined} empty  the first field without a value
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

/** @param {import("../providers/verdict.js").Verdict} verdict */
function verdictText(verdict) {
  return verdict.ok
    ? html`${checkIcon}<span>${["Valid.", ...verdict.notes].join(" ")}</span>`
    : html`${closeIcon}<span>${verdict.text}</span>`;
}

customElements.define("signature-check", SignatureCheck);
