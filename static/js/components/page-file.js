import { chooseFile } from "../browser/files.js";
import { FileStore } from "../state/file-store.js";

/** @typedef {import("./webhook-page.js").WebhookPage} WebhookPage */

/** Shows the requests of a file instead of the live ones, which still arrive. */
export class PageFile {
  #page;
  /**
   * The opened file, the store of the live requests, and the number of these when it was opened.
   * @type {{file: import("./opened-notice.js").OpenedFile, live: import("../state/store.js").Store, before: number} | undefined}
   */
  #opened = undefined;

  /** @param {WebhookPage} page */
  constructor(page) {
    this.#page = page;
  }

  /** The file whose requests are shown, if they are not live. */
  get file() {
    return this.#opened?.file;
  }

  /** The store of the live requests. */
  get live() {
    return this.#opened?.live ?? this.#page.store;
  }

  /** Number of live requests that arrived since the file was opened. */
  get arrived() {
    return this.live.snapshot.arrived - (this.#opened?.before ?? 0);
  }

  onChoose = () => {
    chooseFile((blob, name) => this.open(blob, name));
  };

  /**
   * Open a file. The page shows why if that fails.
   * @param {Blob} blob
   * @param {string} name
   */
  async open(blob, name) {
    const page = this.#page;
    if (!(await page.load("opened-notice"))) return;
    const { read } = await import("./tools.js");
    try {
      const { requests, file } = await read(blob, name);
      const { live } = this;
      this.#opened = { file, live, before: live.snapshot.arrived };
      page.store = new FileStore(requests, page.recogniser, this.close);
    } catch (error) {
      page.failure = /** @type {Error} */ (error).message;
    }
  }

  /** Show the live requests again. */
  close = () => {
    this.#page.store = this.live;
    this.#opened = undefined;
  };
}
