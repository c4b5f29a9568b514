import { html } from "lit";
import { GROUPS, SHORTCUTS } from "../shortcuts.js";
import { Sheet } from "./sheet.js";

/** What single keys do. */
export class HelpSheet extends Sheet {
  constructor() {
    super();
    this.heading = "Keyboard";
  }

  content() {
    return html`<div class="help">${GROUPS.map(section)}</div>`;
  }
}

/** @param {string} name */
function section(name) {
  const keys = SHORTCUTS.filter(({ group }) => group === name);
  return html`
    <section>
      <h3>${name}</h3>
      <dl>
        ${keys.map(({ key, does }) => html`<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`)}
      </dl>
    </section>
  `;
}

customElements.define("help-sheet", HelpSheet);
