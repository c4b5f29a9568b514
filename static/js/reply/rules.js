/**
 * The rules of a reply as drafts in a form. Does not use the DOM.
 *
 * @typedef {import("../wire/contract.js").ReplyRule} ReplyRule
 *
 * @typedef {object} RuleDraft  a rule in a form; empty conditions hold for every request
 * @property {string} method
 * @property {string} subpath
 * @property {string} matchHeaders  one "Name: text" per line
 * @property {string} matchJson     one "/pointer: value" per line
 * @property {string} status
 * @property {string} headers       one "Name: value" per line
 * @property {string} body
 * @property {string} delay
 * @property {boolean} template
 * @property {string} source        the rule as JSON if these fields cannot represent it, else empty
 *
 * @typedef {{at: number, name: keyof RuleDraft}} RulePlace  a field of a rule
 */

import { headersOf, headersText, jsonOf, numberOrText, ReplyProblem } from "./texts.js";

/** @type {Readonly<RuleDraft>} */
export const NEW_RULE = {
  method: "",
  subpath: "",
  matchHeaders: "",
  matchJson: "",
  status: "200",
  headers: "",
  body: "",
  delay: "0",
  template: false,
  source: "",
};

/**
 * @param {ReplyRule} rule
 * @returns {RuleDraft}
 */
export function ruleDraftOf(rule) {
  const { match, status = 200, headers = [], body, delay = 0, template = false } = rule;
  const draft = {
    method: match.method ?? "",
    subpath: match.subpath ?? "",
    matchHeaders: headersText(Object.entries(match.headers ?? {})),
    matchJson: pointersText(match.json ?? {}),
    status: String(status),
    headers: headersText(headers),
    body: body?.content ?? "",
    delay: String(delay),
    template,
    source: "",
  };
  return represents(draft, rule) ? draft : { ...NEW_RULE, source: JSON.stringify(rule, null, 2) };
}

/**
 * @param {RuleDraft} draft
 * @param {ReplyRule} rule
 */
function represents(draft, rule) {
  try {
    return isSame(ruleOf(draft), rule);
  } catch {
    return false; // for example, a name with a line break
  }
}

/**
 * Convert drafts to rules. Throws a `ReplyProblem` that names the place as the server does.
 * @param {RuleDraft[]} drafts
 */
export function rulesOf(drafts) {
  return drafts.map((draft, at) => {
    try {
      return ruleOf(draft);
    } catch (error) {
      const { field, message } = /** @type {ReplyProblem} */ (error);
      throw new ReplyProblem(`rule ${at + 1}: ${field}: ${message}`, "rules");
    }
  });
}

/**
 * Convert a draft to a rule. Throws a `ReplyProblem`.
 * @param {RuleDraft} draft
 * @returns {unknown}
 */
export function ruleOf(draft) {
  if (draft.source) return jsonOf(draft.source, "source");
  const { method, subpath, template } = draft;
  const headers = Object.fromEntries(headersOf(draft.matchHeaders, "match: headers"));
  const json = pointersOf(draft.matchJson);
  return {
    match: {
      ...(method && { method }),
      ...(subpath && { subpath }),
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(Object.keys(json).length > 0 && { json }),
    },
    status: numberOrText(draft.status),
    headers: headersOf(draft.headers),
    body: { encoding: "utf-8", content: draft.body },
    delay: numberOrText(draft.delay || "0"),
    ...(template && { template }),
  };
}

/**
 * Return the field that a message such as "rule 1: match: json: …" concerns; the first one if it names
 * another.
 * @param {string} text
 * @param {RuleDraft[]} drafts
 * @returns {RulePlace | null}
 */
export function rulePlace(text, drafts) {
  const [, number, match, name] = /^rule (\d+): (?:(match): )?(?:(\w+): )?/.exec(text) ?? [];
  const at = Number(number) - 1;
  if (!drafts[at]) return null;
  if (drafts[at].source) return { at, name: "source" };
  const inMatch = { headers: "matchHeaders", json: "matchJson" }[name];
  const found = match && inMatch ? inMatch : name;
  const isField = Object.hasOwn(NEW_RULE, found ?? "") && found !== "template";
  return { at, name: isField ? /** @type {keyof RuleDraft} */ (found) : "method" };
}

/** @param {NonNullable<ReplyRule["match"]["json"]>} json */
function pointersText(json) {
  return Object.entries(json)
    .map(([pointer, value]) => `${pointer}: ${valueText(value)}`)
    .join("\n");
}

/**
 * Write a text without quotes, unless it looks like another value of JSON or has more than one line.
 * @param {unknown} value
 */
function valueText(value) {
  const isPlain =
    typeof value === "string" && !/[\r\n]/.test(value) && conditionOf(value) === value;
  return isPlain ? value : JSON.stringify(value);
}

/** @param {string} text */
function conditionOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {string} text */
function pointersOf(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      if (colon < 0)
        throw new ReplyProblem(
          `“${line.trim()}” has no colon. Write “/pointer: value”.`,
          "match: json",
        );
      return [line.slice(0, colon).trim(), conditionOf(line.slice(colon + 1).trim())];
    }),
  );
}

/**
 * Compare values of JSON, regardless of the order of their members.
 * @param {unknown} one
 * @param {unknown} other
 */
function isSame(one, other) {
  return sortedJson(one) === sortedJson(other);
}

/** @param {unknown} value */
function sortedJson(value) {
  return JSON.stringify(value, (_key, part) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
