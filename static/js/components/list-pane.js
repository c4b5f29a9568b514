import { html, LitElement } from "lit";
import { NO_RECOGNISER } from "../state/recogniser.js";
import "./cleared-notice.js";
import "./compare-notice.js";
import "./list-toolbar.js";
import "./request-list.js";

/** The list, its toolbar and its notices. Hidden until the first request or notice arrives. */
export class ListPane extends LitElement {
  static properties = {
    snapshot: { attribute: false },
    file: { attribute: false },
    arrived: { type: Number },
    rate: { attribute: false },
    recogniser: { attribute: false },
    verdicts: { attribute: false },
    filters: { attribute: false },
  };

  constructor() {
    super();
    /** @type {import("../state/store.js").Snapshot | undefined} */
    this.snapshot = undefined;
    /** The file whose requests are shown, if they are not live. @type {import("./opened-notice.js").OpenedFile | undefined} */
    this.file = undefined;
    /** Number of live requests that arrived since the file was opened. */
    this.arrived = 0;
    /** @type {import("../state/rate.js").Rate | undefined} */
    this.rate = undefined;
    this.recogniser = NO_RECOGNISER;
    /** @type {import("../state/verdicts.js").Verdicts | undefined} */
    this.verdicts = undefined;
    /** The user's saved filters. @type {readonly string[]} */
    this.filters = [];
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { snapshot, rate, file } = this;
    if (!snapshot) return;
    return html`
      <section class="page-list" aria-label="Requests" ?hidden=${isUntouched(snapshot)}>
        <list-toolbar
          .snapshot=${snapshot} .rate=${file ? undefined : rate} .live=${!file} .filters=${this.filters}
        ></list-toolbar>
        ${file ? html`<opened-notice .file=${file} .count=${snapshot.requests} .arrived=${this.arrived}></opened-notice>` : ""}
        ${snapshot.removed.count ? html`<cleared-notice .removed=${snapshot.removed} .pinned=${snapshot.pinned.size}></cleared-notice>` : ""}
        ${isChoosing(snapshot) ? html`<compare-notice .request=${snapshot.compared}></compare-notice>` : ""}
        <request-list .snapshot=${snapshot} .recogniser=${this.recogniser} .verdicts=${this.verdicts}></request-list>
      </section>
    `;
  }
}

/**
 * Whether the user still has to select the second request of a comparison.
 * @param {import("../state/store.js").Snapshot} snapshot
 */
function isChoosing({ compared, selected }) {
  return compared !== null && compared === selected;
}

/** @param {import("../state/store.js").Snapshot} snapshot */
function isUntouched({ arrived, entries, paused, waiting }) {
  return arrived === 0 && entries.length === 0 && !paused && waiting === 0;
}

customElements.define("list-pane", ListPane);
