import { html, nothing } from "lit";
import { NO_BODY } from "../reply/default-reply.js";
import { sizeOf } from "../reply/reply.js";
import { rulePlace } from "../reply/rules.js";
import { byteCount } from "../text/format.js";
import { replyRules, textOf } from "./reply-rules.js";

/** @typedef {import("../reply/reply.js").Draft} Draft */
/** @typedef {import("../reply/reply.js").ReplyField} ReplyField */

const EXPRESSIONS = [
  "json./data/id",
  "query.hub.challenge",
  "header.X-Hook-Secret",
  "form.payload",
  "request.method",
  "request.subpath",
  "request.body",
  "now",
  "uuid",
];

/**
 * @typedef {object} Form
 * @property {Draft} draft
 * @property {import("../reply/reply.js").Problem | null} problem
 * @property {string} docs  URL of the documentation
 * @property {number} used  number of entries of the draft's sequence that were sent
 * @property {(changes: Partial<Draft>) => Promise<unknown>} change  resolves when the form shows them
 */

/**
 * Render the fields of a reply, each with the error that the server reported for it.
 * @param {Form} form
 */
export function replyFields(form) {
  const { draft, docs } = form;
  return html`
    <div class="reply-numbers">
      ${field(form, "status", "Status", line(form, "status", "numeric", "200–599"))}
      ${field(form, "delay", "Delay (seconds)", line(form, "delay", "decimal", "0"))}
      ${field(form, "times", "For how many requests (empty: all)", line(form, "times", "numeric", "all"))}
    </div>
    ${field(form, "sequence", "Sequence, one for each request (empty: off)", line(form, "sequence", "text", "503, 503, 200"))}
    ${draft.sequence.trim() ? sequenceNotes(form) : nothing}
    ${field(form, "headers", "Headers, one “Name: value” per line", headers(form))}
    ${field(form, "body", "Body", body(form))}
    <div>
      ${check(form, "template", html`Replace <code>{{ expressions }}</code> with values from the request`)}
      ${draft.template ? expressions(docs) : nothing}
      ${problemText(form, "template")}
    </div>
    ${check(form, "cors", "Allow web pages on other sites to call it (CORS)")}
    <section class="reply-rules" aria-label="Rules">
      <p class="reply-hint">Rules respond differently to some requests. The first one that matches is used. A <code>*</code> matches any characters. <a href="${docs}#rules" target="_blank">How rules work</a></p>
      ${replyRules({ rules: draft.rules, wrong: wrongRule(form), change: (rules) => form.change({ rules }) })}
      ${problemText(form, "rules")}
    </section>
  `;
}

/**
 * Explain what a sequence does to the other fields.
 * @param {Form} form
 */
function sequenceNotes(form) {
  return html`
    <p class="reply-hint">Each request gets the next status of the sequence instead of the status above, and further requests get the last one. The limit “For how many requests” still applies.</p>
    ${form.used ? check(form, "restart", `Start the sequence again (${form.used} sent)`) : nothing}
  `;
}

/** @param {Form} form */
function wrongRule({ draft, problem }) {
  return problem?.field === "rules" ? rulePlace(problem.text, draft.rules) : null;
}

/**
 * Show examples of expressions.
 * @param {string} docs
 */
function expressions(docs) {
  return html`
    <ul class="reply-expressions captured">
      ${EXPRESSIONS.map((each) => html`<li>{{ ${each} }}</li>`)}
      <li><a href="${docs}#templates" target="_blank">All expressions</a></li>
    </ul>
  `;
}

/**
 * @param {Form} form
 * @param {"cors" | "template" | "restart"} name
 * @param {unknown} label
 */
function check({ draft, change }, name, label) {
  const onChange = (/** @type {Event} */ event) => change({ [name]: isChecked(event) });
  return html`
    <label class="reply-check">
      <input type="checkbox" .checked=${draft[name]} @change=${onChange} />
      <span>${label}</span>
    </label>
  `;
}

/**
 * @param {Form} form
 * @param {ReplyField} name
 * @param {string} label
 * @param {unknown} control
 */
function field(form, name, label, control) {
  return html`
    <div class="reply-field">
      <label for="reply-${name}">${label}</label>
      ${control}
      ${problemText(form, name)}
    </div>
  `;
}

/**
 * @param {Form} form
 * @param {ReplyField} name
 */
function problemText({ problem }, name) {
  const text = problem?.field === name ? problem.text : "";
  return html`<p class="reply-problem" id="reply-${name}-problem" role="alert">${text}</p>`;
}

/**
 * @param {Form} form
 * @param {"status" | "delay" | "times" | "sequence"} name
 * @param {string} mode
 * @param {string} placeholder
 */
function line({ draft, problem, change }, name, mode, placeholder) {
  return html`<input
    class="field" id="reply-${name}" inputmode=${mode} placeholder=${placeholder} autocomplete="off"
    aria-invalid=${isAt(problem, name)} aria-describedby="reply-${name}-problem"
    .value=${draft[name]} @input=${(/** @type {Event} */ event) => change({ [name]: textOf(event) })}
  />`;
}

/** @param {Form} form */
function headers({ draft, problem, change }) {
  return area("headers", 3, draft.headers, problem, (text) => change({ headers: text }));
}

/**
 * Render the body. A binary body can't be edited as text: it stays unchanged unless it is replaced.
 * @param {Form} form
 */
function body({ draft, problem, change }) {
  const { encoding, content } = draft.body;
  if (encoding === "utf-8") {
    return area("body", 5, content, problem, (text) =>
      change({ body: { encoding, content: text } }),
    );
  }
  const replace = () => change({ body: NO_BODY });
  return html`<div class="reply-binary">
    <span>Binary body, ${byteCount(sizeOf(draft.body))}. It stays unchanged unless you replace it.</span>
    <button type="button" class="button" @click=${replace}>Replace with text</button>
  </div>`;
}

/**
 * @param {"headers" | "body"} name
 * @param {number} rows
 * @param {string} text
 * @param {Form["problem"]} problem
 * @param {(text: string) => void} change
 */
function area(name, rows, text, problem, change) {
  return html`<textarea
    class="field captured" id="reply-${name}" rows=${rows} autocomplete="off" autocapitalize="off"
    spellcheck="false" aria-invalid=${isAt(problem, name)} aria-describedby="reply-${name}-problem"
    .value=${text} @input=${(/** @type {Event} */ event) => change(textOf(event))}
  ></textarea>`;
}

/**
 * @param {Form["problem"]} problem
 * @param {ReplyField} name
 */
function isAt(problem, name) {
  return problem?.field === name ? "true" : nothing;
}

/** @param {Event} event */
function isChecked({ target }) {
  return /** @type {HTMLInputElement} */ (target).checked;
}
