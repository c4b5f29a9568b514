import { html, LitElement, nothing } from "lit";
import { linkFrom } from "../text/pasted-link.js";
import { isKey } from "../wire/private.js";
import { addStyles } from "./document-styles.js";
import { plusIcon } from "./icons.js";
import sheet from "./missing-key.css";

/** Shown instead of a private callback without its view key: says what is missing, and takes it. */
export class MissingKey extends LitElement {
  static properties = {
    callback: { attribute: false },
    given: {},
    fresh: {},
    problem: { state: true },
  };

  constructor() {
    super();
    /** The callback of this page. */
    this.callback = { server: "", uuid: "" };
    /** The key in the page's address, which is not the right one, or "". */
    this.given = "";
    /** URL that creates a new callback. */
    this.fresh = "";
    this.problem = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <section class="missing-key" aria-labelledby="missing-key-name">
        <h2 id="missing-key-name">This callback is private</h2>
        <p>${reasonText(this.given)}</p>
        <p>
          Ask the person who shared it for the <em>link for people who may watch</em>. They copy it
          from their page. Check that its end is not missing.
        </p>
        <form @submit=${this.submit}>
          <label for="missing-key-text">Complete link or key</label>
          <div class="missing-key-field">
            <input
              id="missing-key-text" class="field" autocomplete="off" autocapitalize="off" spellcheck="false"
              placeholder="…/view/${this.callback.uuid.slice(0, 8)}…#key=…" @input=${this.clear}
              aria-describedby="missing-key-problem" aria-invalid=${this.problem ? "true" : nothing}
            />
            <button class="button primary">Watch</button>
          </div>
          <p id="missing-key-problem" class="missing-key-problem" role="alert">${this.problem}</p>
        </form>
        <p class="missing-key-fresh">
          You don’t have it? <a class="button" href=${this.fresh}>${plusIcon}New callback</a>
        </p>
      </section>
    `;
  }

  clear() {
    this.problem = "";
  }

  /** @param {SubmitEvent} event */
  submit(event) {
    event.preventDefault();
    const field = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    const { link = location.href, problem } = linkFrom(field.value, this.callback);
    this.problem = problem ?? (link === location.href ? SAME : "");
    if (this.problem) field.focus();
    else location.assign(link); // the page starts again if only the fragment differs
  }
}

/** @param {string} given  the key in the page's address, or "" */
function reasonText(given) {
  if (!given) {
    return html`To watch it, you need its complete link. The end is missing from this page’s
      address: <code>#key=…</code>`;
  }
  if (!isKey(given)) {
    return html`The key at the end of this page’s address is not complete, or has too much at its end.
      A key has 22 characters: A–Z, a–z, 0–9, - and _.`;
  }
  return "The key at the end of this page’s address does not open this callback.";
}

const SAME = "This is the key that does not open this callback.";

addStyles(sheet);
customElements.define("missing-key", MissingKey);
