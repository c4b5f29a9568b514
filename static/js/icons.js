/** Sixteen-pixel line icons. They carry no meaning of their own, so they are hidden from readers. */

import { html, svg } from "lit";

/** @param {import("lit").TemplateResult} shape */
const icon = (shape) => html`<svg
  class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"
  fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"
>${shape}</svg>`;

export const copyIcon = icon(svg`
  <rect x="5.75" y="5.75" width="7.5" height="7.5" rx="1.75" />
  <path d="M10.25 3.5v-.25c0-.55-.45-1-1-1h-5.5c-.83 0-1.5.67-1.5 1.5v5.5c0 .55.45 1 1 1h.25" />`);

export const checkIcon = icon(svg`<path d="m3.25 8.5 3.25 3.25 6.25-7" />`);

export const backIcon = icon(svg`<path d="M9.75 3.25 5 8l4.75 4.75" />`);

export const plusIcon = icon(svg`<path d="M8 3.25v9.5M3.25 8h9.5" />`);

export const gapIcon = icon(svg`<path d="M2 8h2.5M11.5 8H14M6.75 5.5 9.25 8l-2.5 2.5" />`);

export const refusedIcon = icon(svg`<circle cx="8" cy="8" r="5.75" /><path d="M5 8h6" />`);

/** A request (the dot) coming down a line into a tray. */
export const brandIcon = icon(svg`
  <path d="M8 2v6.25M5.25 5.75 8 8.5l2.75-2.75" />
  <path d="M2.25 9.25v2.5c0 1.1.9 2 2 2h7.5a2 2 0 0 0 2-2v-2.5" />`);
