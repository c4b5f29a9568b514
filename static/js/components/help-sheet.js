import { html } from "lit";
import { GROUPS, SHORTCUTS } from "../browser/shortcuts.js";
import { addStyle } from "../browser/style.js";
import { filterHelp } from "./filter-help.js";
import sheet from "./help-sheet.css";
import { Sheet } from "./sheet.js";

/** The keyboard shortcuts, the terms of the filter, and a link to the documentation. */
export class HelpSheet extends Sheet {
  constructor() {
    super();
    this.heading = "Keyboard shortcuts";
    /** URL of the documentation. */
    this.docs = "/docs";
  }

  content() {
    return html`
      <div class="help">${GROUPS.map(section)}</div>
      <section class="help-filter">
        <h3>Filter</h3>
        ${filterHelp()}
      </section>
      <p class="help-docs">
        <a href=${this.docs} target="_blank">Protocol documentation</a> for scripts and tools
      </p>
    `;
  }
}

/** @param {string} name */
function section(name) {
  const keys = SHORTCUTS.filter(({ group }) => group === name);
  return html`
    <section>
      <h3>${name}</h3>
      <dl>
        ${keys.map(({ key, action }) => html`<div><dt><kbd>${key}</kbd></dt><dd>${action}</dd></div>`)}
      </dl>
    </section>
  `;
}

addStyle(sheet);
customElements.define("help-sheet", HelpSheet);
