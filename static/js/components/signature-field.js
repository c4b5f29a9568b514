import { html, nothing } from "lit";

/** @typedef {import("../providers/signature-choice.js").SignatureField} SignatureField */

/**
 * Render one field of the form, with its label and hint.
 * @param {SignatureField} field
 * @param {string} value
 * @param {(value: string) => void} change
 * @param {string} [form]  name of the form, for ids
 */
export function signatureField(field, value, change, form = "signature") {
  const id = `${form}-${field.name}`;
  const hint = field.hint ? `${id}-hint` : nothing;
  return html`
    <div class="signature-field">
      <label for=${id}>${field.label}</label>
      ${field.choices ? choice(id, field.choices, value, change) : input(id, field, value, change, hint)}
      ${field.hint ? html`<small id=${hint}>${field.hint}</small>` : ""}
    </div>
  `;
}

/**
 * @param {string} id
 * @param {readonly string[]} choices
 * @param {string} value
 * @param {(value: string) => void} change
 */
function choice(id, choices, value, change) {
  return html`<select class="field" id=${id} @change=${onValue(change)}>
    ${choices.map((each) => html`<option .selected=${each === value}>${each}</option>`)}
  </select>`;
}

/**
 * @param {string} id
 * @param {SignatureField} field
 * @param {string} value
 * @param {(value: string) => void} change
 * @param {string | typeof nothing} hint  its id
 */
function input(id, { kind }, value, change, hint) {
  return html`<input
    class="field"
    id=${id}
    type=${kind === "secret" ? "password" : "text"}
    aria-describedby=${hint}
    autocomplete="off"
    autocapitalize="off"
    spellcheck="false"
    .value=${value}
    @input=${onValue(change)}
  />`;
}

/** @param {(value: string) => void} change */
function onValue(change) {
  return (/** @type {Event} */ event) =>
    change(/** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value);
}
