import { html, nothing } from "lit";
import { NEW_RULE } from "../reply/rules.js";

/** @typedef {import("../reply/rules.js").RuleDraft} RuleDraft */

/**
 * @typedef {object} RulesForm
 * @property {RuleDraft[]} rules
 * @property {import("../reply/rules.js").RulePlace | null} wrong  the field that was refused
 * @property {(rules: RuleDraft[]) => Promise<unknown>} change  resolves when the form shows them
 *
 * @typedef {object} RuleForm
 * @property {RuleDraft} rule
 * @property {number} at
 * @property {string | undefined} wrong  name of the field that was refused
 * @property {(changes: Partial<RuleDraft>) => void} set
 */

/**
 * Render the rules of a reply as a list that can be changed.
 * @param {RulesForm} form
 */
export function replyRules({ rules, wrong, change }) {
  /** @param {number} at @param {RuleDraft[]} added */
  const replace =
    (at, ...added) =>
    async (/** @type {Event} */ { currentTarget }) => {
      const section = /** @type {HTMLElement} */ (currentTarget).closest(".reply-rules");
      await change(rules.toSpliced(at, 1, ...added));
      focusRule(section, at);
    };
  return html`
    ${rules.map((rule, at) => {
      const set = (/** @type {Partial<RuleDraft>} */ changes) =>
        change(rules.with(at, { ...rule, ...changes }));
      const form = { rule, at, set, wrong: wrong?.at === at ? wrong.name : undefined };
      return html`
        <fieldset class="reply-rule">
          <legend>Rule ${at + 1}</legend>
          ${rule.source ? source(form) : fields(form)}
          <div class="reply-rule-foot">
            ${rule.source ? nothing : template(rule, set)}
            <button type="button" class="button" aria-label="Remove rule ${at + 1}" @click=${replace(at)}>Remove</button>
          </div>
        </fieldset>
      `;
    })}
    <button type="button" class="button" @click=${replace(rules.length, { ...NEW_RULE })}>Add a rule</button>
  `;
}

/**
 * Focus the first field of a rule, or the button that adds one if there is no such rule.
 * @param {Element | null} section
 * @param {number} at
 */
function focusRule(section, at) {
  const rule = section?.querySelectorAll("fieldset")[at];
  const found = rule?.querySelector("input, textarea") ?? section?.querySelector(":scope > button");
  /** @type {HTMLElement | null | undefined} */ (found)?.focus();
}

/** @param {RuleForm} form */
function fields(form) {
  return html`
    <div class="reply-rule-fields">
      ${line(form, "method", "Method to match", "any")}
      ${line(form, "subpath", "Subpath to match", "any; /orders* for some")}
      ${area(form, "matchHeaders", "Request headers to match", 1, "X-Event: push*")}
      ${area(form, "matchJson", "Request JSON to match", 1, "/type: ping")}
      ${line(form, "status", "Response status", "200")}
      ${line(form, "delay", "Response delay (seconds)", "0")}
    </div>
    ${area(form, "headers", "Response headers, one “Name: value” per line", 1, "Content-Type: text/plain")}
    ${area(form, "body", "Response body", 2, "")}
  `;
}

/**
 * Show a rule that the fields cannot represent.
 * @param {RuleForm} form
 */
function source(form) {
  return area(form, "source", "The form cannot show this rule. Edit it as JSON.", 6, "");
}

/**
 * @param {RuleDraft} rule
 * @param {RuleForm["set"]} set
 */
function template(rule, set) {
  const onChange = (/** @type {Event} */ { target }) =>
    set({ template: /** @type {HTMLInputElement} */ (target).checked });
  return html`
    <label class="reply-check">
      <input type="checkbox" .checked=${rule.template} @change=${onChange} />
      <span>Replace <code>{{ expressions }}</code></span>
    </label>
  `;
}

/**
 * @param {RuleForm} form
 * @param {"method" | "subpath" | "status" | "delay"} name
 * @param {string} label
 * @param {string} placeholder
 */
function line(form, name, label, placeholder) {
  const { rule, at, set } = form;
  return html`<div class="reply-field">
    <label for="rule-${at}-${name}">${label}</label>
    <input
      class="field" id="rule-${at}-${name}" placeholder=${placeholder || nothing} autocomplete="off"
      autocapitalize="off" spellcheck="false"
      aria-invalid=${isWrong(form, name)} aria-describedby="reply-rules-problem"
      .value=${rule[name]} @input=${(/** @type {Event} */ event) => set({ [name]: textOf(event) })}
    />
  </div>`;
}

/**
 * @param {RuleForm} form
 * @param {"matchHeaders" | "matchJson" | "headers" | "body" | "source"} name
 * @param {string} label
 * @param {number} rows
 * @param {string} placeholder
 */
function area(form, name, label, rows, placeholder) {
  const { rule, at, set } = form;
  return html`<div class="reply-field">
    <label for="rule-${at}-${name}">${label}</label>
    <textarea
      class="field captured" id="rule-${at}-${name}" rows=${rows} placeholder=${placeholder || nothing}
      autocomplete="off" autocapitalize="off" spellcheck="false"
      aria-invalid=${isWrong(form, name)} aria-describedby="reply-rules-problem"
      .value=${rule[name]} @input=${(/** @type {Event} */ event) => set({ [name]: textOf(event) })}
    ></textarea>
  </div>`;
}

/** @param {RuleForm} form @param {keyof RuleDraft} name */
function isWrong({ wrong }, name) {
  return wrong === name ? "true" : nothing;
}

/** @param {Event} event */
export function textOf({ target }) {
  return /** @type {HTMLInputElement | HTMLTextAreaElement} */ (target).value;
}
