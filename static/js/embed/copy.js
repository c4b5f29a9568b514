import { html } from "lit";

/** @typedef {{what: string, done: boolean} | null} Copied  what was just asked to be copied */

/**
 * @param {string} text
 * @param {string} what  "body", "URL"
 * @param {{copied: Copied, actions: import("./log-row.js").Actions}} how
 */
export function copyButton(text, what, { copied, actions }) {
  const result = copied?.done ? "Copied" : "Press Ctrl+C";
  const copy = () => actions.copy(text, what);
  return html`<button part="button" class="button" type="button" @click=${copy}>
    <span aria-live="polite">${copied?.what === what ? result : `Copy ${what}`}</span>
  </button>`;
}
