/**
 * The result of a signature check. Does not use the DOM.
 *
 * @typedef {"secret" | "timestamp" | "body" | "missing" | "malformed"} Reason
 * @typedef {{ok: true, notes: string[]}} Valid
 * @typedef {{ok: false, reason: Reason, text: string}} Refusal  text: the message
 * @typedef {Valid | Refusal} Verdict
 */

/**
 * @param {Reason} reason
 * @param {string} text
 * @returns {Refusal}
 */
export function refusal(reason, text) {
  return { ok: false, reason, text };
}

/** @param {string} header */
export function missing(header) {
  return refusal("missing", `This request has no ${header} header.`);
}

/**
 * @param {string} header
 * @param {string} problem  continues the sentence "The header is malformed: …"
 */
export function malformed(header, problem) {
  return refusal("malformed", `The ${header} header is malformed: ${problem}.`);
}

/** A hash that differs does not show whether the secret or the request is wrong. */
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

/** @param {string} original  a description of the body that was signed */
export function bodyAltered(original) {
  return refusal(
    "body",
    `The body was changed after it was signed. The signature is valid for ${original}.`,
  );
}
