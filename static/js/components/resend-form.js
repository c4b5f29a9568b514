import { html, nothing } from "lit";
import { hasMixedLines } from "../resend/draft.js";
import { MAX_TIMES } from "../resend/repeat.js";
import { byteCount } from "../text/format.js";
import { textOfLine } from "../wire/captured.js";
import { closeIcon } from "./icons.js";

/**
 * @typedef {import("../resend/draft.js").Draft} Draft
 * @typedef {import("../resend/draft.js").DraftHeader} DraftHeader
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {(changes: Partial<Draft>) => void} Change
 */

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const [MIN_ROWS, MAX_ROWS] = [3, 14];

/**
 * Render the method and the URL.
 * @param {Draft} draft
 * @param {readonly import("../export/targets.js").CopyTarget[]} targets
 * @param {Change} change
 */
export function requestLine({ method, url }, targets, change) {
  return html`
    <div class="resend-line">
      <label class="resend-method">
        <span>Method</span>
        <input class="field captured" list="resend-methods" autocomplete="off" spellcheck="false"
          .value=${method} @input=${onValue((value) => change({ method: value }))} />
      </label>
      <datalist id="resend-methods">${METHODS.map((each) => html`<option value=${each}></option>`)}</datalist>
      <label class="resend-url">
        <span>Send from this browser to</span>
        <input class="field captured" inputmode="url" autocomplete="off" spellcheck="false"
          .value=${url} @input=${onValue((value) => change({ url: value }))} />
      </label>
    </div>
    <p class="resend-targets">
      ${targets.map((target) => html`<button type="button" class="link-button" @click=${() => change({ url: target.url })}>${target.label}</button>`)}
    </p>
  `;
}

/**
 * Render the table of headers.
 * @param {readonly DraftHeader[]} headers
 * @param {Change} change
 * @param {{add: () => void, remove: (at: number) => void}} actions
 */
export function headerFields(headers, change, { add, remove }) {
  const set = (/** @type {number} */ at, /** @type {Partial<DraftHeader>} */ changes) =>
    change({
      headers: headers.map((each, index) => (index === at ? { ...each, ...changes } : each)),
    });
  return html`<fieldset class="resend-headers-form">
    <legend>Headers <span>${headers.filter(({ on }) => on).length}</span></legend>
    ${headers.map((header, at) => headerRow(header, at, set, remove))}
    <button type="button" class="button resend-add" @click=${add}>Add header</button>
  </fieldset>`;
}

/**
 * @param {DraftHeader} header
 * @param {number} at
 * @param {(at: number, changes: Partial<DraftHeader>) => void} set
 * @param {(at: number) => void} remove
 */
function headerRow({ name, value, on }, at, set, remove) {
  const number = at + 1;
  return html`<div class="resend-header" ?data-off=${!on}>
    <input type="checkbox" aria-label="Send header ${number}" .checked=${on}
      @change=${(/** @type {Event} */ { target }) => set(at, { on: /** @type {HTMLInputElement} */ (target).checked })} />
    <input class="field captured" aria-label="Name of header ${number}" autocomplete="off" spellcheck="false"
      .value=${name} @input=${onValue((text) => set(at, { name: text }))} />
    <input class="field captured" aria-label="Value of header ${number}" autocomplete="off" spellcheck="false"
      .value=${textOfLine(value)} @input=${onValue((text) => set(at, { value: bytesAsLatin1(text) }))} />
    <button type="button" class="icon-button" @click=${() => remove(at)}>
      ${closeIcon}<span class="visually-hidden">Remove header ${number}</span>
    </button>
  </div>`;
}

/** @param {string} text */
function bytesAsLatin1(text) {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/**
 * Render the body: a text area, or its size if it cannot be edited.
 * @param {Draft} draft
 * @param {CapturedRequest} request  the captured one
 * @param {string} hint  about its JSON
 * @param {Change} change
 */
export function bodyField({ text }, request, hint, change) {
  const { size, complete } = request.body;
  if (text === null) {
    return html`<div class="resend-body">
      <span>Body</span>
      <p class="resend-note">${byteCount(size)}, sent as captured. <button type="button" class="link-button" @click=${() => change({ text: "" })}>Replace with text</button></p>
    </div>`;
  }
  const notes = [
    hint,
    complete ? "" : "The captured body was larger than the server’s limit and was not kept.",
    hasMixedLines(request) ? "If you edit the body, all its line ends become line feeds." : "",
  ].filter(Boolean);
  return html`<div class="resend-body">
    <label for="resend-body">Body</label>
    <textarea class="field captured" id="resend-body" rows=${rowsOf(text)} spellcheck="false" autocomplete="off"
      aria-describedby=${notes.length > 0 ? "resend-body-notes" : nothing}
      .value=${text} @input=${onValue((value) => change({ text: value }))}></textarea>
    ${notes.length > 0 ? html`<p class="resend-note" id="resend-body-notes">${notes.join(" ")}</p>` : ""}
  </div>`;
}

/** @param {string} text */
function rowsOf(text) {
  return Math.min(Math.max(text.split("\n", MAX_ROWS).length, MIN_ROWS), MAX_ROWS);
}

/**
 * Render the field for the number of times.
 * @param {number} times
 * @param {(text: string) => void} change
 */
export function timesField(times, change) {
  return html`<label class="resend-times">
    <span>Times</span>
    <input class="field" type="number" min="1" max=${MAX_TIMES} .value=${String(times)} @change=${onValue(change)} />
  </label>`;
}

/** @param {(value: string) => void} change */
function onValue(change) {
  return (/** @type {Event} */ event) =>
    change(/** @type {HTMLInputElement | HTMLTextAreaElement} */ (event.target).value);
}
