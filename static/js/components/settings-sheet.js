import { html } from "lit";
import { askToNotify, mayNotify } from "../browser/notify.js";
import { playTone } from "../browser/sound.js";
import { addStyle } from "../browser/style.js";
import { LIMITS, THEMES } from "../state/settings.js";
import sheet from "./settings-sheet.css";
import { Sheet } from "./sheet.js";

/** @typedef {import("../state/settings.js").Choices} Choices */

const THEME_NAMES = { system: "System", light: "Light", dark: "Dark" };

/** Edits the user's settings, which apply at once and are saved in this browser. */
export class SettingsSheet extends Sheet {
  static properties = { choices: { attribute: false }, note: { state: true } };

  constructor() {
    super();
    this.heading = "Settings";
    /** @type {import("../state/settings.js").Settings | undefined} */
    this.settings = undefined;
    /** @type {Readonly<Choices> | undefined} */
    this.choices = undefined;
    this.note = "";
  }

  content() {
    const { choices } = this;
    if (!choices) return;
    return html`
      <fieldset class="settings-theme">
        <legend>Theme</legend>
        ${THEMES.map((theme) => this.theme(theme, choices))}
      </fieldset>
      <label class="settings-line">
        <span>Maximum requests in the list</span>
        <select class="input" @change=${this.onMost}>
          ${LIMITS.map((limit) => html`<option value=${limit} ?selected=${limit === choices.maxEntries}>${limit.toLocaleString("en-US")}</option>`)}
        </select>
      </label>
      ${this.check("Desktop notifications", choices.notify && mayNotify(), this.onNotify)}
      <p class="settings-note" role="status">${this.note}</p>
      ${this.check("Sound", choices.sound, this.onSound)}
      ${this.check("Single-key shortcuts", choices.keys, this.onKeys)}
      ${this.check("Notice about an address that providers can’t reach", choices.address, this.onAddress)}
      <p class="settings-note">Settings are saved in this browser. Requests are not.</p>
    `;
  }

  /**
   * @param {Choices["theme"]} theme
   * @param {Readonly<Choices>} choices
   */
  theme(theme, choices) {
    const choose = () => this.settings?.change({ theme });
    return html`<label>
      <input type="radio" name="theme" .checked=${theme === choices.theme} @change=${choose} />
      ${THEME_NAMES[theme]}
    </label>`;
  }

  /**
   * @param {string} name
   * @param {boolean} on
   * @param {(event: Event) => void} change
   */
  check(name, on, change) {
    return html`<label class="settings-line">
      <span>${name}</span><input type="checkbox" .checked=${on} @change=${change} />
    </label>`;
  }

  /** @param {Event} event */
  onMost(event) {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    this.settings?.change({ maxEntries: Number(value) });
  }

  /** @param {Event} event */
  async onNotify(event) {
    const box = /** @type {HTMLInputElement} */ (event.target);
    const notify = box.checked && (await askToNotify());
    this.note =
      box.checked && !notify ? "This browser does not allow notifications for this page." : "";
    box.checked = notify;
    this.settings?.change({ notify });
  }

  /** @param {Event} event */
  onSound(event) {
    const sound = isChecked(event);
    if (sound) playTone();
    this.settings?.change({ sound });
  }

  /** @param {Event} event */
  onAddress(event) {
    this.settings?.change({ address: isChecked(event) });
  }

  /** @param {Event} event */
  onKeys(event) {
    this.settings?.change({ keys: isChecked(event) });
  }
}

/** @param {Event} event */
function isChecked(event) {
  return /** @type {HTMLInputElement} */ (event.target).checked;
}

addStyle(sheet);
customElements.define("settings-sheet", SettingsSheet);
