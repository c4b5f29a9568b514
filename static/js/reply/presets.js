/**
 * Presets of replies. Fields that a preset does not name get their defaults, except `times`, `cors`
 * and `rules`, which stay unchanged. Uses no DOM.
 *
 * @typedef {import("./reply.js").Draft} Draft
 * @typedef {{name: string, fields: Partial<Draft>}} Preset
 */

import { DEFAULT_REPLY } from "./default-reply.js";
import { draftOf } from "./reply.js";

const { headers, body, delay, template, sequence } = draftOf(DEFAULT_REPLY);

/** @type {readonly Preset[]} */
export const PRESETS = [
  {
    name: "200 JSON",
    fields: {
      status: "200",
      headers: "Content-Type: application/json",
      body: { encoding: "utf-8", content: '{"ok": true}' },
    },
  },
  { name: "204", fields: { status: "204" } },
  { name: "301", fields: { status: "301", headers: "Location: https://example.com/" } },
  { name: "400", fields: { status: "400" } },
  { name: "401", fields: { status: "401" } },
  { name: "429", fields: { status: "429", headers: "Retry-After: 60" } },
  { name: "500", fields: { status: "500" } },
  { name: "503", fields: { status: "503" } },
  { name: "Timeout", fields: { status: "200", delay: "30" } },
];

/**
 * @param {Draft} draft
 * @param {Preset} preset
 * @returns {Draft}
 */
export function applyPreset(draft, preset) {
  return { ...draft, headers, body, delay, template, sequence, ...preset.fields };
}
