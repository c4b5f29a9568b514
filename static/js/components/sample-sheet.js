import { html, nothing } from "lit";
import { addStyle } from "../browser/style.js";
import { recognise } from "../providers/recognise.js";
import { PROVIDERS, providerOf } from "../providers/registry.js";
import { samplesOf } from "../providers/sample.js";
import { canSign, outgoingValues, sign } from "../providers/sign.js";
import { fieldsOf, signatureFor, valuesOf } from "../providers/signature-choice.js";
import { Unsignable } from "../providers/signature-text.js";
import { sampleNotes, sendSample } from "../resend/sample.js";
import { sendIcon } from "./icons.js";
import sheet from "./sample-sheet.css";
import { Sheet } from "./sheet.js";
import { signatureField } from "./signature-field.js";

/**
 * @typedef {import("../providers/sample.js").SampleRequest} SampleRequest
 * @typedef {import("../providers/sign.js").OutgoingRequest} OutgoingRequest
 * @typedef {import("../providers/signature-choice.js").SignatureField} SignatureField
 */

const FIRST = "github";
const BY_NAME = [...PROVIDERS].sort((one, other) => one.name.localeCompare(other.name, "en"));
const NAMES = BY_NAME.map(({ name }) => name);

/** Sends the documented sample of a provider from this browser, signed if the user enters a secret. */
export class SampleSheet extends Sheet {
  static properties = {
    url: {},
    selected: { attribute: false },
    secrets: { attribute: false },
    samples: { state: true },
    draft: { state: true },
    entered: { state: true },
    outgoing: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.heading = "Send a sample webhook";
    this.closedBy = "closerequest";
    /** URL of the callback. */
    this.url = "";
    /** The selected request, whose provider is chosen at first. @type {import("../wire/captured.js").CapturedRequest | null} */
    this.selected = null;
    /** @type {import("../state/secrets.js").Secrets | undefined} */
    this.secrets = undefined;
    this.provider = providerOf(FIRST) ?? PROVIDERS[0];
    /** @type {SampleRequest[]} */
    this.samples = [];
    /** The sample, with the user's changes. @type {SampleRequest | undefined} */
    this.draft = undefined;
    /** Secret and options. @type {Readonly<Record<string, string>>} */
    this.entered = {};
    /** The request to send. @type {OutgoingRequest | undefined} */
    this.outgoing = undefined;
    this.problem = "";
    this.busy = false;
  }

  async show() {
    const found = this.selected && recognise(this.selected);
    await this.chooseProvider(found?.provider ?? this.provider);
    await super.show();
  }

  /** @param {import("../providers/registry.js").Provider} provider */
  async chooseProvider(provider) {
    this.provider = provider;
    this.entered = {};
    this.samples = await samplesOf(provider.id, this.url);
    this.chooseSample(this.samples[0]);
    const remembered = this.secrets?.get(provider.id);
    if (!remembered || this.sendsSecret) return; // all viewers would see it
    this.entered = remembered;
    this.prepare();
  }

  /** @param {SampleRequest | undefined} sample */
  chooseSample(sample) {
    this.change(sample && { ...sample, body: readable(sample.body) });
  }

  /** @param {SampleRequest | undefined} draft */
  change(draft) {
    this.draft = draft;
    this.prepare();
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  enter(name, value) {
    this.entered = { ...this.entered, [name]: value };
    this.prepare();
  }

  /** Sign the draft again. */
  async prepare() {
    const { draft, provider, fields, entered } = this;
    this.problem = "";
    const isSigned = draft && fields.length > 0 && entered.secret;
    try {
      const outgoing = isSigned ? await sign(draft, provider, valuesOf(fields, entered)) : draft;
      if (draft === this.draft && entered === this.entered) this.outgoing = outgoing;
    } catch (error) {
      if (!(error instanceof Unsignable)) throw error;
      this.problem = error.message;
    }
  }

  /** The fields of the signature, if the page can make it. @type {SignatureField[]} */
  get fields() {
    const { draft, provider, entered } = this;
    if (!draft || !canSign(provider, draft)) return [];
    return fieldsOf(provider, outgoingValues(draft).request, entered);
  }

  /** Whether the secret is part of the request, as a token or a password. */
  get sendsSecret() {
    const { draft, provider, entered } = this;
    const signature = draft && signatureFor(provider, outgoingValues(draft), entered);
    return signature?.kind === "token" || signature?.kind === "basic";
  }

  content() {
    const { provider, draft, problem } = this;
    if (!draft) return;
    return html`
      <form class="sample" @submit=${this.onSubmit}>
        <div class="sample-choice">
          ${choice("provider", "Provider", NAMES, provider.name, (name) => this.chooseProvider(BY_NAME[NAMES.indexOf(name)]))}
          ${this.eventChoice(draft)}
        </div>
        ${this.signature()} ${draft.body ? this.body(draft) : nothing} ${this.headers()}
        <p class="sample-problem" role="alert">${problem}</p>
        <div class="sheet-foot">
          <button class="button primary" aria-disabled=${this.busy}>${sendIcon}Send</button>
        </div>
      </form>
    `;
  }

  /** @param {SampleRequest} draft */
  eventChoice({ event }) {
    const events = this.samples.map((sample) => sample.event || "sample");
    const change = (/** @type {string} */ name) =>
      this.chooseSample(this.samples[events.indexOf(name)]);
    return choice("event", "Event", events, event || "sample", change);
  }

  signature() {
    const { fields, entered } = this;
    const values = valuesOf(fields, entered);
    const [secret, ...options] = fields.map((field) =>
      signatureField(
        labelled(field, this.sendsSecret),
        values[field.name],
        (value) => this.enter(field.name, value),
        "sample",
      ),
    );
    if (!secret) return nothing;
    return html`${secret}
    ${options.length > 0 ? html`<details class="signature-fold"><summary>Options</summary>${options}</details>` : nothing}`;
  }

  /** @param {SampleRequest} draft */
  body(draft) {
    const onInput = (/** @type {InputEvent} */ { target }) =>
      this.change({ ...draft, body: /** @type {HTMLTextAreaElement} */ (target).value });
    return html`<div class="signature-field">
      <label for="sample-body">Body</label>
      <textarea class="field" id="sample-body" rows="10" spellcheck="false" .value=${draft.body} @input=${onInput}></textarea>
    </div>`;
  }

  headers() {
    const { outgoing, provider } = this;
    if (!outgoing) return nothing;
    const { pathname, search } = new URL(outgoing.url);
    const lines = outgoing.headers.map(([name, value]) => `${name}: ${value}`);
    const head = [`${outgoing.method} ${pathname}${search}`, ...lines].join("\n");
    return html`<details class="signature-fold">
      <summary>Headers (${lines.length})</summary>
      <pre class="sample-headers captured">${head}</pre>
    </details>
    ${sampleNotes(outgoing, provider).map((note) => html`<p class="signature-note">${note}</p>`)}`;
  }

  /** @param {Event} event */
  async onSubmit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    await this.prepare(); // with the time of now
    if (!this.problem && this.outgoing) await this.send(this.outgoing);
    this.busy = false;
  }

  /** @param {OutgoingRequest} outgoing */
  async send(outgoing) {
    try {
      await sendSample(outgoing);
      this.hide();
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
  }
}

/**
 * @param {string} name
 * @param {string} label
 * @param {readonly string[]} choices
 * @param {string} value
 * @param {(value: string) => void} change
 */
function choice(name, label, choices, value, change) {
  return signatureField({ name, label, kind: "choice", choices }, value, change, "sample");
}

/**
 * Say what the secret is for, and that it may stay empty.
 * @param {SignatureField} field
 * @param {boolean} isSent
 */
function labelled(field, isSent) {
  if (field.name !== "secret") return field;
  const use = isSent ? "sent with the request" : "to sign the request";
  return { ...field, label: `${field.label}, ${use} (optional)` };
}

/**
 * Indent a body that is JSON.
 * @param {string} body
 */
function readable(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

addStyle(sheet);
customElements.define("sample-sheet", SampleSheet);
