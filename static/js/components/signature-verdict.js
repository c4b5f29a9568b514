import { html, nothing } from "lit";
import { isUnsignedHandshake } from "../providers/remembered-check.js";
import { checkIcon, closeIcon } from "./icons.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../providers/verdict.js").Verdict} Verdict
 */

/**
 * Return a verdict in a word or two: "" without a verdict, or for a handshake that is not signed.
 * @param {CapturedRequest} request
 * @param {Verdict | undefined} verdict
 */
export function verdictWord(request, verdict) {
  if (!verdict || isUnsignedHandshake(request, verdict)) return "";
  if (verdict.ok) return "valid";
  return verdict.reason === "missing" ? "not signed" : "invalid";
}

/**
 * Render a verdict in a word or two, if there is one.
 * @param {CapturedRequest} request
 * @param {Verdict | undefined} verdict
 */
export function signatureResult(request, verdict) {
  const word = verdictWord(request, verdict);
  if (!word) return nothing;
  return html`<span class="signature-result" data-valid=${word === "valid"}>${word}</span>`;
}

/**
 * Render the verdict on a signature; screen readers announce it politely.
 * @param {CapturedRequest} request
 * @param {Verdict | undefined} verdict
 * @param {import("../providers/signature-choice.js").SignatureField | undefined} empty  the first field without a value
 */
export function signatureVerdict(request, verdict, empty) {
  const isNeutral = !verdict || isUnsignedHandshake(request, verdict);
  const waiting = empty ? `Enter the ${decapitalized(empty.label)}.` : "Checking…";
  const neutral = verdict ? "This handshake is not signed." : waiting;
  return html`<p class="signature-verdict" role="status" data-valid=${isNeutral ? nothing : verdict.ok}>
    ${isNeutral ? neutral : verdictText(verdict)}
  </p>`;
}

/**
 * Write a label inside a sentence: "Signing secret" becomes "signing secret"; "URL" is unchanged.
 * @param {string} label
 */
function decapitalized(label) {
  return label.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** @param {Verdict} verdict */
function verdictText(verdict) {
  return verdict.ok
    ? html`${checkIcon}<span>${["Valid.", ...verdict.notes].join(" ")}</span>`
    : html`${closeIcon}<span>${verdict.text}</span>`;
}
