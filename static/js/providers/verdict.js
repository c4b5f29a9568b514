/**
 * The result of a signature check. Does not use the DOM.
 *
 * @typedef {"secret" | "timestamp" | "body" | "missing" | "malformed" | "unsupported"} Reason
 *   unsupported: by this browser
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

/** @param {string} location */
export function missing(location) {
  return refusal("missing", `This request has no ${describe(location)}.`);
}

/**
 * @param {string} location
 * @param {string} problem  continues the sentence "The header is malformed: …"
 */
export function malformed(location, problem) {
  return refusal("malformed", `The ${describe(location)} is malformed: ${problem}.`);
}

/**
 * Describe a location for people: "X-GitHub-Event header".
 * @param {string} location
 */
export function describe(location) {
  const colon = location.indexOf(":");
  const name = location.slice(colon + 1);
  switch (location.slice(0, Math.max(0, colon))) {
    case "header":
      return `${name} header`;
    case "query":
      return `query parameter ${name}`;
    case "json":
      return `JSON value at ${name}`;
    case "form":
      return name.includes("#") ? describeField(name) : `form field ${name}`;
    default:
      return location;
  }
}

/** @param {string} name  "payload#/type" */
function describeField(name) {
  const hash = name.indexOf("#");
  return `JSON value at ${name.slice(hash + 1)} in the form field ${name.slice(0, hash)}`;
}

/** A signature that differs does not show whether the secret or the request is wrong. */
export function mismatch(cause = "the secret is wrong") {
  return refusal(
    "secret",
    `The signature does not match: ${cause}, or the request was changed after it was signed.`,
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
