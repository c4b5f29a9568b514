import { html, LitElement } from "lit";
import { readFile, shownName } from "../share/file.js";
import { requestCount } from "../text/format.js";

/** @typedef {{name: string, skipped: number}} OpenedFile */

/**
 * Shown above the list while it shows the requests of a file.
 * @fires close-file  the user returns to the live requests
 */
export class OpenedNotice extends LitElement {
  static properties = {
    file: { attribute: false },
    count: { type: Number },
    arrived: { type: Number },
  };

  constructor() {
    super();
    /** @type {OpenedFile} */
    this.file = { name: "", skipped: 0 };
    /** Number of requests of the file. */
    this.count = 0;
    /** Number of live requests that arrived since the file was opened. */
    this.arrived = 0;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { name, skipped } = this.file;
    return html`
      <div class="list-banner">
        <p role="status">
          <b class="captured">${name}</b>: ${requestCount(this.count)} from a file, not live.
          ${skipped ? skippedText(skipped) : ""}
        </p>
        <button type="button" class="button" @click=${this.close}>
          Close file${this.arrived ? ` (${this.arrived.toLocaleString("en-US")} new)` : ""}
        </button>
      </div>
    `;
  }

  close() {
    this.dispatchEvent(new CustomEvent("close-file", { bubbles: true }));
  }
}

/** @param {number} skipped */
function skippedText(skipped) {
  if (skipped === 1) return "1 entry that is not an HTTP request is left out.";
  return `${skipped.toLocaleString("en-US")} entries that are not HTTP requests are left out.`;
}

/**
 * Read a file: its requests, the oldest first. Rejects with an error whose message is for people.
 * @param {Blob} blob
 * @param {string} name
 */
export async function read(blob, name) {
  const shown = shownName(name);
  const { requests, skipped } = await readFile(blob, shown);
  return { requests: inOrder(requests), file: { name: shown, skipped } };
}

/**
 * Return the requests, the oldest first.
 * @param {import("../share/file.js").OpenedRequest[]} opened
 */
function inOrder(opened) {
  const time = (/** @type {typeof opened[number]} */ { request }) =>
    Date.parse(request.received_at);
  return [...opened].sort((one, other) => time(one) - time(other));
}

customElements.define("opened-notice", OpenedNotice);
