import { html, LitElement, nothing } from "lit";
import { GENERIC, isGeneric } from "../providers/generic.js";
import { canHash } from "../providers/hashes.js";
import { recognise } from "../providers/recognise.js";
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
import { signatureField } from "./signature-field.js";
import { signatureResult, signatureVerdict } from "./signature-verdict.js";

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

/**
 * Checks the signature of a request with the secret that the user enters.
 * @fires signature-change  detail {signed, verdict}: whether the request seems to be signed, and the verdict
 */
export class SignatureCheck extends LitElement {
  static properties = {
    request: { attribute: false },
    secrets: { attribute: false },
    provider: { state: true },
    verdict: { state: true },
  };

  /** The entered values by provider and field. Secrets are never sent or put in a URL. */
  #entered = /** @type {Record<string, Record<string, string>>} */ ({});
  #latestCheck = 0;

  constructor() {
    super();
    /** @type {import("../wire/captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {import("../state/secrets.js").Secrets | undefined} */
    this.secrets = undefined;
    /** @type {Provider} */
    this.provider = GENERIC;
    /** @type {Provider | undefined} */
    this.detected = undefined;
    /** @type {import("../providers/verdict.js").Verdict | undefined} */
    this.verdict = undefined;
    /** Whether the user chose the provider. */
    this.isChosen = false;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("request") || !this.request) return;
    const detected = signerOf(this.request);
    if (detected !== this.detected) this.follow(detected);
    this.verdict = undefined;
    this.check();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has("request") && !changed.has("verdict")) return;
    const { verdict } = this;
    const detail = { signed: this.detected !== undefined || verdict !== undefined, verdict };
    this.dispatchEvent(new CustomEvent("signature-change", { detail, bubbles: true }));
  }

  /**
   * Keep the user's choice until the page shows a request from another provider.
   * @param {Provider | undefined} detected
   */
  follow(detected) {
    if (detected) this.isChosen = false;
    if (!this.isChosen) this.provider = detected ?? GENERIC;
    this.detected = detected;
  }

  /** Open the panel, and go to its first field. */
  open() {
    /** @type {HTMLDetailsElement} */ (this.querySelector("details")).open = true;
    /** @type {HTMLElement | null} */ (
      this.querySelector("#signature-secret") ?? this.querySelector("summary")
    )?.focus();
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
    const { id } = this.provider;
    return this.#entered[id] ?? this.secrets?.get(id) ?? {};
  }

  get isRemembered() {
    return this.secrets?.get(this.provider.id) !== undefined;
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
    this.#entered[this.provider.id] = { ...this.entered, [name]: value };
    this.requestUpdate();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.apply(), CHECK_DELAY_MS);
  }

  /** Check with the entered values, and remember them if the user chose so. */
  apply() {
    if (this.isRemembered && this.entered.secret) this.remember(true);
    this.check();
  }

  /** Forget a secret whose field is empty when the user leaves it, not while they replace it. */
  onChange() {
    if (this.isRemembered && !this.entered.secret) this.remember(false);
  }

  /** @param {boolean} on */
  remember(on) {
    const { provider, entered } = this;
    if (on && entered.secret) this.secrets?.remember(provider.id, entered);
    else this.secrets?.forget(provider.id);
    this.requestUpdate();
  }

  render() {
    const { request, detected, isChosen, verdict } = this;
    if (!request) return;
    return html`
      <section aria-labelledby="signature-title">
        <details class="fold signature">
          <summary>
            <h3 id="signature-title">Check signature <span>${detected?.name}</span></h3>
            ${detected || isChosen ? signatureResult(request, verdict) : nothing}
          </summary>
          ${notesOf(request)} ${this.canCheck ? this.form(request) : CANNOT_CHECK}
        </details>
      </section>
    `;
  }

  /** @param {import("../wire/captured.js").CapturedRequest} request */
  form(request) {
    const { provider, detected, fields, values } = this;
    const field = (/** @type {typeof fields[number]} */ each) =>
      signatureField(each, values[each.name], (value) => this.enter(each.name, value));
    const [secret, ...options] = fields;
    return html`
      <form class="signature-form" @submit=${this.onSubmit} @change=${this.onChange}>
        <details class="signature-fold" ?open=${!detected}>
          <summary>Signed by ${provider.name}</summary>
          ${signatureField(SIGNED_BY, provider.name, (name) => this.choose(name))}
        </details>
        ${secret ? field(secret) : nothing} ${isGeneric(provider) ? options.map(field) : folded(options.map(field))}
        ${isGeneric(provider) ? nothing : this.memory()}
        <button type="submit" class="button">Check</button>
      </form>
      <p class="signature-note">${this.memoryNote}</p>
      ${signatureVerdict(request, this.verdict, emptyField(fields, values))}
    `;
  }

  memory() {
    const onChange = (/** @type {Event} */ { target }) =>
      this.remember(/** @type {HTMLInputElement} */ (target).checked);
    return html`<label class="signature-memory">
      <input
        type="checkbox" .checked=${this.isRemembered} ?disabled=${!this.values.secret && !this.isRemembered}
        @change=${onChange}
      />
      Remember for this tab
    </label>`;
  }

  get memoryNote() {
    if (!this.isRemembered) return NOT_REMEMBERED;
    return this.secrets?.isKept ? REMEMBERED : REMEMBERED_BY_PAGE;
  }

  /** @param {string} name */
  choose(name) {
    this.provider = SIGNERS.find((each) => each.name === name) ?? this.provider;
    this.isChosen = true;
    this.check();
  }

  /** @param {Event} event  The page's Content-Security-Policy blocks the submission itself. */
  onSubmit(event) {
    event.preventDefault();
    this.apply();
  }
}

const NOT_REMEMBERED = "The secret stays in this page’s memory. It is never sent or stored.";
const REMEMBERED =
  "The secret stays in this tab until you close it or clear the box. This page checks each request of this provider with it. It is never sent.";
const REMEMBERED_BY_PAGE =
  "This browser does not store the secret, so it stays until you reload or close the page. This page checks each request of this provider with it. It is never sent.";

/**
 * Render the options of a signature, which have initial values, or nothing.
 * @param {unknown[]} options
 */
function folded(options) {
  if (options.length === 0) return nothing;
  return html`<details class="signature-fold"><summary>Options</summary>${options}</details>`;
}

/**
 * Render what the registry notes about the signatures of the provider.
 * @param {import("../wire/captured.js").CapturedRequest} request
 */
function notesOf(request) {
  const notes = recognise(request)?.provider.notes;
  return notes ? html`<p class="signature-note">${notes}</p>` : nothing;
}

customElements.define("signature-check", SignatureCheck);
