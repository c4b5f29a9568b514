import { html, nothing } from "lit";

/** @typedef {import("../providers/signature-choice.js").SignatureField} SignatureField */

/**
 * Render one field of the form, with its label and hint.
 * @param {SignatureField} field
 * @param {string} value
 * @param {(value: string) => void} change
 */
export function signatureField(field, value, change) {
  const hint = field.hint ? `signature-hint-${field.name}` : nothing;
  return html`
    <div class="signature-field">
      <label for="signature-${field.name}">${field.label}</label>
      ${field.choices ? choice(field, value, change) : input(field, value, change, hint)}
      ${field.hint ? html`<small id=${hint}>${field.hint}</small>` : ""}
    </div>
  `;
}

/**
 * @param {SignatureField} field
 * @param {string} value
 * @param {(value: string) => void} change
 */
function choice({ name, choices }, value, change) {
  return html`<select class="field" id="signature-${name}" @change=${onValue(change)}>
    ${choices?.map((each) => html`<option .selected=${each === value}>${each}</option>`)}
  </select>`;
}

/**
 * @param {SignatureField} field
 * @param {string} value
 * @param {(value: string) => void} change
 * @param {string | typeof nothing} hint  its id
 */
function input({ name, kind }, value, change, hint) {
  return html`<input
    class="field"
    id="signature-${name}"
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
