import { html, nothing } from "lit";
import { checkIcon, closeIcon } from "./icons.js";

export const UNABLE = html`<p class="signature-note">
  Signatures can’t be checked here: browsers offer cryptography to pages on https or localhost only.
</p>`;

/**
 * What is known of a signature, told politely to screen readers as well.
 * @param {import("../signatures/verdict.js").Verdict | undefined} verdict
 * @param {import("../signatures/schemes.js").Field | undefined} empty  what has to be filled in first
 */
export function signatureVerdict(verdict, empty) {
  return html`<p class="signature-verdict" role="status" data-valid=${verdict?.ok ?? nothing}>
    ${verdict ? said(verdict) : empty ? `Still to fill in: ${empty.label}` : "Checking…"}
  </p>`;
}

/** @param {import("../signatures/verdict.js").Verdict} verdict */
function said(verdict) {
  return verdict.ok
    ? html`${checkIcon}<span>${["Valid.", ...verdict.notes].join(" ")}</span>`
    : html`${closeIcon}<span>${verdict.text}</span>`;
}
