import { html } from "lit";

/** @typedef {import("./webhook-page.js").WebhookPage} WebhookPage */
/** @typedef {import("./sheet.js").Sheet} Sheet */

/** The page's dialogs. Each is loaded when it is first opened. */
export class PageSheets {
  #page;
  /** Names of the dialogs' elements that are loaded. @type {Set<string>} */
  #loaded = new Set();
  /** Id of the request whose note is written. */
  #noteOn = "";
  /** Number of dialogs that the user asked for and that are not open yet. */
  #opening = 0;

  /** @param {WebhookPage} page */
  constructor(page) {
    this.#page = page;
  }

  /** Whether a dialog is about to open. The user may already type into it. */
  get isOpening() {
    return this.#opening > 0;
  }

  /** @param {CustomEvent<string>} event  its detail is the name of a dialog's element */
  onShow = ({ detail }) => {
    this.show(detail);
  };

  onShare = () => {
    this.show("share-sheet");
  };

  /** Name this callback, in the list of recent ones. */
  onName = async () => {
    const { recents, viewKey } = this.#page;
    if (!recents.here) recents.visit(viewKey, Date.now());
    const sheet = await this.show("recent-sheet");
    /** @type {import("./recent-sheet.js").RecentSheet | undefined} */ (sheet)?.rename(
      recents.here,
    );
  };

  /** @param {string} id  of the request to write a note on */
  writeNote(id) {
    this.#noteOn = id;
    this.show("note-sheet");
  }

  /**
   * Show a dialog, and return it, or undefined if it can't be loaded.
   * @param {string} name  name of its element
   */
  async show(name) {
    this.#opening++;
    try {
      return await this.#open(name);
    } finally {
      this.#opening--;
    }
  }

  /** @param {string} name */
  async #open(name) {
    const page = this.#page;
    if (!(await page.load(name))) return;
    this.#loaded.add(name);
    page.requestUpdate();
    await page.updateComplete;
    const sheet = /** @type {Sheet | null} */ (page.querySelector(name));
    await sheet?.show();
    return sheet ?? undefined;
  }

  render() {
    return [...this.#loaded].map((name) => this.#sheet(name));
  }

  /** @param {string} name  name of its element */
  #sheet(name) {
    const { url, watchLink, docs, callback, settings, secrets, recents, replies, repliesOff } =
      this.#page;
    const { selected, responses, notes } = this.#page.store.snapshot;
    const { reply, requests, responder } = this.#page.live.snapshot;
    switch (name) {
      case "help-sheet":
        return html`<help-sheet .docs=${docs}></help-sheet>`;
      case "local-sheet":
        return html`<local-sheet .link=${watchLink} .responder=${responder} .settings=${settings} .fixed=${repliesOff}></local-sheet>`;
      case "note-sheet":
        return html`<note-sheet
          .key=${this.#noteOn} .note=${notes.get(this.#noteOn) ?? ""} @save-note=${this.#page.actions.onSaveNote}
        ></note-sheet>`;
      case "qr-sheet":
        return html`<qr-sheet .url=${url} .watchLink=${watchLink}></qr-sheet>`;
      case "recent-sheet":
        return html`<recent-sheet .recents=${recents} .all=${recents.all} .keepsPage=${requests > 0}></recent-sheet>`;
      case "reply-sheet":
        return html`<reply-sheet .url=${url} .docs=${docs} .reply=${reply} .replies=${replies}></reply-sheet>`;
      case "sample-sheet":
        return html`<sample-sheet .url=${url} .selected=${selected} .secrets=${secrets}></sample-sheet>`;
      case "share-sheet":
        return html`<share-sheet
          .request=${selected} .response=${selected ? responses.get(selected) : undefined} .server=${callback.server}
        ></share-sheet>`;
      default:
        return html`<settings-sheet .settings=${settings} .choices=${settings.choices}></settings-sheet>`;
    }
  }
}
