/** Line icons of 16 pixels. They are decorative, so they are hidden from screen readers. */

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

export const pencilIcon = icon(svg`<path d="m3 13 .75-3 6.75-6.75 2.25 2.25L6 12.25z" />`);

export const starIcon = icon(svg`
  <path d="m8 2.25 1.75 3.6 3.95.55-2.87 2.77.7 3.93L8 11.23 4.47 13.1l.7-3.93L2.3 6.4l3.95-.55z" />`);

export const downIcon = icon(svg`<path d="m4.5 6.5 3.5 3.5 3.5-3.5" />`);

export const plusIcon = icon(svg`<path d="M8 3.25v9.5M3.25 8h9.5" />`);

export const gapIcon = icon(svg`<path d="M2 8h2.5M11.5 8H14M6.75 5.5 9.25 8l-2.5 2.5" />`);

export const refusedIcon = icon(svg`<circle cx="8" cy="8" r="5.75" /><path d="M5 8h6" />`);

/** A request (the dot) coming down a line into a tray. */
export const brandIcon = icon(svg`
  <path d="M8 2v6.25M5.25 5.75 8 8.5l2.75-2.75" />
  <path d="M2.25 9.25v2.5c0 1.1.9 2 2 2h7.5a2 2 0 0 0 2-2v-2.5" />`);

export const moreIcon = icon(svg`<path d="M3 8h.01M8 8h.01M13 8h.01" stroke-width="2.25" />`);

export const pinIcon = icon(
  svg`<path d="M5.5 2.5h5M6.5 2.5v4L4.25 9.5h7.5L9.5 6.5v-4M8 9.5v4.25" />`,
);

export const binIcon = icon(svg`
  <path d="M2.75 4.25h10.5M6 4V2.5h4V4M4.25 4.25l.5 9h6.5l.5-9M6.75 7v3.75M9.25 7v3.75" />`);

export const noteIcon = icon(svg`<path d="m3 13 .75-3.25 7-7 2.5 2.5-7 7zM9.25 4.25l2.5 2.5" />`);

export const closeIcon = icon(svg`<path d="m4 4 8 8M12 4l-8 8" />`);

/** An arrow that leaves the page. */
export const linkIcon = icon(svg`<path d="M6 3.5H3.5v9h9V10M9 2.75h4.25V7M13 3 7.5 8.5" />`);

export const sendIcon = icon(svg`<path d="m13.5 2.5-4 11-2.5-4.5L2.5 6.5zM7 9l3-3" />`);

export const helpIcon = icon(svg`
  <circle cx="8" cy="8" r="5.75" />
  <path d="M6.25 6.5c0-1 .75-1.75 1.75-1.75s1.75.7 1.75 1.6C9.75 7.6 8 7.75 8 9M8 11.2v.05" />`);

/** Two sliders. */
export const settingsIcon = icon(svg`
  <path d="M2.25 5h5M11 5h2.75M2.25 11H5M8.75 11h5" />
  <circle cx="9.1" cy="5" r="1.85" /><circle cx="6.9" cy="11" r="1.85" />`);

export const qrIcon = icon(svg`
  <path d="M2.5 2.5H6V6H2.5zM10 2.5h3.5V6H10zM2.5 10H6v3.5H2.5z" />
  <path d="M10 10h1v1M13.5 10v1.25M10 13.5h1.25M13.5 13.5v.05" />`);

export const unfoldIcon = icon(svg`<path d="m5 5.75 3-3 3 3M5 10.25l3 3 3-3" />`);

export const foldIcon = icon(svg`<path d="m5 2.75 3 3 3-3M5 13.25l3-3 3 3" />`);

export const findIcon = icon(
  svg`<circle cx="7" cy="7" r="4.25" /><path d="m10.25 10.25 3.25 3.25" />`,
);

export const upIcon = icon(svg`<path d="M3.25 9.75 8 5l4.75 4.75" />`);
