import { html, LitElement, nothing } from "lit";
import { canHash } from "../signatures/hmac.js";
import { detect, emptyField, fieldsOf, SCHEMES, SIGNED_BY } from "../signatures/schemes.js";
import { checkIcon, closeIcon } from "./icons.js";
import { signatureField } from "./signature-field.js";

/** @typedef {import("../signatures/schemes.js").Scheme} Scheme */

/** Who types is not told about every letter. */
const QUIET_MS = 400;

const UNABLE = html`<p class="signature-note">
  Signatures can’t be checked here: browsers offer cryptography to pages on https or localhost only.
</p>`;

/** Says whether a request is signed with the secret that the reader enters, or why not. */
export class SignatureCheck extends LitElement {
  static properties = {
    request: { attribute: false },
    scheme: { state: true },
    verdict: { state: true },
  };

  /** By scheme and field. Secrets are here and nowhere else: not kept, not sent, not in a URL. */
  #entered = /** @type {Record<string, Record<string, string>>} */ ({});
  #turn = 0;

  constructor() {
    super();
    /** @type {import("../wire/captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {Scheme} */
    this.scheme = SCHEMES[0];
    /** @type {Scheme | undefined} */
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
    // Who chose another scheme keeps it while requests of the same kind come.
    if (detected !== this.detected) this.scheme = detected ?? this.scheme;
    this.detected = detected;
    this.verdict = undefined;
    this.check();
  }

  /** What is filled in for this request. */
  get values() {
    const entered = this.#entered[this.scheme.id] ?? {};
    return this.request ? fieldsOf(this.scheme, this.request, entered) : {};
  }

  async check() {
    clearTimeout(this.timer);
    const { request, scheme, values } = this;
    const turn = ++this.#turn;
    const ready = request && canHash() && !emptyField(scheme, values);
    const verdict = ready ? await scheme.check(request, values) : undefined;
    if (turn === this.#turn) this.verdict = verdict;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  enter(name, value) {
    this.#entered[this.scheme.id] = { ...this.#entered[this.scheme.id], [name]: value };
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
    const { scheme, values } = this;
    return html`
      <form class="signature-form" @submit=${this.onSubmit}>
        ${signatureField(SIGNED_BY, scheme.name, (name) => this.choose(name))}
        ${scheme.fields.map((field) =>
          signatureField(field, values[field.name], (value) => this.enter(field.name, value)),
        )}
        <button type="submit" class="button">Check</button>
      </form>
      <p class="signature-note">The secret stays in this page’s memory. It is never sent or kept.</p>
      ${signatureVerdict(this.verdict, emptyField(scheme, values))}
    `;
  }

  /** @param {string} name */
  choose(name) {
    this.scheme = SCHEMES.find((each) => each.name === name) ?? this.scheme;
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
 * @param {import("../signatures/schemes.js").SignatureField | undefined} empty  what has to be filled in first
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
