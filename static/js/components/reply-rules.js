import { html, nothing } from "lit";
import { NEW_RULE } from "../reply/rules.js";

/** @typedef {import("../reply/rules.js").RuleDraft} RuleDraft */

/**
 * @typedef {object} RuleForm
 * @property {RuleDraft} rule
 * @property {number} at
 * @property {(changes: Partial<RuleDraft>) => void} set
 */

/**
 * Render the rules of a reply as a list that can be changed.
 * @param {RuleDraft[]} rules
 * @param {(rules: RuleDraft[]) => void} change
 */
export function replyRules(rules, change) {
  const remove = (/** @type {number} */ at) => change(rules.toSpliced(at, 1));
  const add = () => change([...rules, { ...NEW_RULE }]);
  return html`
    ${rules.map((rule, at) => {
      const set = (/** @type {Partial<RuleDraft>} */ changes) =>
        change(rules.with(at, { ...rule, ...changes }));
      return html`
        <fieldset class="reply-rule">
          <legend>Rule ${at + 1}</legend>
          ${rule.source ? source({ rule, at, set }) : fields({ rule, at, set })}
          <div class="reply-rule-foot">
            ${rule.source ? nothing : template(rule, set)}
            <button type="button" class="button" aria-label="Remove rule ${at + 1}" @click=${() => remove(at)}>Remove</button>
          </div>
        </fieldset>
      `;
    })}
    <button type="button" class="button" @click=${add}>Add a rule</button>
  `;
}

/** @param {RuleForm} form */
function fields(form) {
  return html`
    <div class="reply-rule-fields">
      ${line(form, "method", "If method", "any")}
      ${line(form, "subpath", "and subpath", "any; /orders* for some")}
      ${area(form, "matchHeaders", "and request headers", 1, "X-Event: push*")}
      ${area(form, "matchJson", "and request JSON", 1, "/type: ping")}
      ${line(form, "status", "then status", "200")}
      ${line(form, "delay", "after a delay (seconds)", "0")}
    </div>
    ${area(form, "headers", "with headers, one “Name: value” per line", 1, "Content-Type: text/plain")}
    ${area(form, "body", "and body", 2, "")}
  `;
}

/**
 * Show a rule that the fields cannot represent.
 * @param {RuleForm} form
 */
function source(form) {
  return area(form, "source", "JSON of this rule, which the form cannot show", 6, "");
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
function line({ rule, at, set }, name, label, placeholder) {
  return html`<div class="reply-field">
    <label for="rule-${at}-${name}">${label}</label>
    <input
      class="field" id="rule-${at}-${name}" placeholder=${placeholder || nothing} autocomplete="off"
      autocapitalize="off" spellcheck="false"
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
function area({ rule, at, set }, name, label, rows, placeholder) {
  return html`<div class="reply-field">
    <label for="rule-${at}-${name}">${label}</label>
    <textarea
      class="field captured" id="rule-${at}-${name}" rows=${rows} placeholder=${placeholder || nothing}
      autocomplete="off" autocapitalize="off" spellcheck="false"
      .value=${rule[name]} @input=${(/** @type {Event} */ event) => set({ [name]: textOf(event) })}
    ></textarea>
  </div>`;
}

/** @param {Event} event */
function textOf({ target }) {
  return /** @type {HTMLInputElement | HTMLTextAreaElement} */ (target).value;
}
