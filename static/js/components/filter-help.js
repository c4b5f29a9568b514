import { html } from "lit";
import { FIELDS } from "../state/filter-parser.js";

/** Render the fields of the filter with an example each, and the rules that join terms. */
export function filterHelp() {
  return html`
    <dl>${Object.values(FIELDS).map(
      ({ example, meaning }) =>
        html`<div><dt><code>${example}</code></dt><dd>${meaning}</dd></div>`,
    )}</dl>
    <p>
      All terms must match. A word without a field is searched everywhere. <code>-</code> excludes,
      <code>|</code> means “or”, and quotes keep a text together: <code>-path:/health</code>
      <code>method:put|post</code> <code>"a | b"</code>
    </p>
  `;
}
