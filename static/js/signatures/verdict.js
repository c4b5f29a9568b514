/**
 * What is said of a signature. No DOM in here.
 *
 * @typedef {"secret" | "timestamp" | "body" | "missing" | "malformed"} Reason
 * @typedef {{ok: true, notes: string[]}} Valid
 * @typedef {{ok: false, why: Reason, text: string}} Refusal  text: a sentence
 * @typedef {Valid | Refusal} Verdict
 */

/**
 * @param {Reason} why
 * @param {string} text
 * @returns {Refusal}
 */
export function refusal(why, text) {
  return { ok: false, why, text };
}

/** @param {string} header */
export function missing(header) {
  return refusal("missing", `This request has no ${header} header.`);
}

/**
 * @param {string} header
 * @param {string} what  is wrong with it
 */
export function malformed(header, what) {
  return refusal("malformed", `The ${header} header is malformed: ${what}.`);
}

/** Nothing can be told apart here: a hash that differs says no more. */
export function mismatch(secret = "the secret is wrong") {
  return refusal(
    "secret",
    `The signature does not match: ${secret}, or the request was changed after it was signed.`,
  );
}

export function bodyNotKept() {
  return refusal(
    "body",
    "The body was larger than the server’s limit and not kept, so its signature can’t be checked.",
  );
}

/** @param {string} original  what the body was when it was signed */
export function bodyAltered(original) {
  return refusal("body", `The body is not as signed. The signature is right for ${original}.`);
}
