import { html } from "lit";
import { MAX_NOTE } from "../state/annotations.js";
import { Sheet } from "./sheet.js";

/**
 * Writes the user's note on a request.
 * @fires save-note  detail {id, text}; an empty text removes the note
 */
export class NoteSheet extends Sheet {
  static properties = { key: {}, note: {} };

  constructor() {
    super();
    this.heading = "Note";
    /** A click outside the dialog must not discard what was written. */
    this.closedBy = "closerequest";
    /** Id of the request. */
    this.key = "";
    this.note = "";
  }

  get field() {
    return /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
  }

  async show() {
    await super.show();
    this.field.focus();
  }

  content() {
    return html`
      <form class="note-form" @submit=${this.onSubmit} @keydown=${this.onKey}>
        <label for="note-text">Your note on this request</label>
        <textarea id="note-text" class="field" rows="4" maxlength=${MAX_NOTE} aria-describedby="note-about" .value=${this.note}></textarea>
        <p id="note-about">
          At most ${MAX_NOTE} characters. Saving it also pins the request. Notes and pins are only in this tab: a reload
          loses them, and other viewers can’t see them. An export contains the notes, and the page shows them when you open the file.
        </p>
        <footer class="sheet-foot">
          ${this.note ? html`<button type="button" class="button" @click=${this.remove}>Remove note</button>` : ""}
          <button type="submit" class="button primary">Save</button>
        </footer>
      </form>
    `;
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    event.preventDefault();
    this.save(this.field.value);
  }

  /** @param {KeyboardEvent} event  Ctrl or Command with Enter saves, as in most forms with several lines */
  onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.save(this.field.value);
  }

  remove() {
    this.save("");
  }

  /** @param {string} text */
  save(text) {
    this.dispatchEvent(new CustomEvent("save-note", { detail: { id: this.key, text } }));
    this.hide();
  }
}

customElements.define("note-sheet", NoteSheet);
