import { html, LitElement } from "lit";
import { visible } from "../format.js";

/** Names and values in their order, duplicates and odd cases included. */
export class PairsTable extends LitElement {
  static properties = { pairs: { attribute: false }, label: {} };

  constructor() {
    super();
    /** @type {[string, string][]} */
    this.pairs = [];
    this.label = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <table class="pairs" aria-label=${this.label}>
        <tbody>
          ${this.pairs.map(
            ([name, value]) => html`<tr>
              <th scope="row"><span class="captured">${visible(name)}</span></th>
              <td><span class="captured">${visible(value)}</span></td>
            </tr>`,
          )}
        </tbody>
      </table>
    `;
  }
}

customElements.define("pairs-table", PairsTable);
