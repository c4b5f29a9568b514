import { html, LitElement, unsafeCSS } from "lit";
import source from "../../css/body-source.css";
import pairs from "../../css/pairs-table.css";
import timestamps from "../../css/timestamps.css";
import { jsonErrorOf, viewsOf } from "../body/body.js";
import { codingsOf } from "../body/content-coding.js";
import { open, opened } from "../body/reading.js";
import { byteCount, visible } from "../text/format.js";
import { mediaType } from "../wire/captured.js";
import { baseStyles } from "./base-styles.js";
import { bodyContent } from "./body-content.js";
import { extras } from "./body-extras.js";
import json from "./body-json.css";
import multipart from "./body-multipart.css";
import { bodyCoding, brokenJson } from "./body-notes.js";
import preview from "./html-preview.css";
import image from "./image-preview.css";
import own from "./request-body.css";
import "./copy-button.js";
import { define } from "./define.js";
import { findIcon, foldIcon, unfoldIcon } from "./icons.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */
/** @typedef {import("../body/body.js").Body} Body */
/** @typedef {import("../body/body.js").BodyView} BodyView */

/** @type {Partial<Record<BodyView, string>>} */
const NAMES = {
  preview: "Preview",
  text: "Raw",
  hex: "Hex",
  records: "Records",
  graphql: "GraphQL",
  msgpack: "MessagePack",
  media: "File",
};

const NOT_LOADED =
  "This part of the page can’t be loaded. Check the connection, or reload the page.";

/** @type {Set<BodyView>} views that show bytes, or text that is decoded in pieces */
const WITHOUT_ITS_TEXT = new Set(["hex", "image", "media", "msgpack", "multipart"]);

/** The body: decompressed, decoded by its charset, and formatted; also raw and in hex. */
export class RequestBody extends LitElement {
  static styles = [
    baseStyles,
    ...[pairs, timestamps, source, json, multipart, preview, image, own].map(unsafeCSS),
  ];
  static properties = {
    request: { attribute: false },
    opened: { state: true },
    asSent: { state: true },
    chosen: { state: true },
    unfolded: { state: true },
    needles: { attribute: false },
    more: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {import("../body/reading.js").Opened | null} null while it is being decompressed */
    this.opened = null;
    this.asSent = false;
    /** @type {ReturnType<typeof jsonErrorOf>} */
    this.broken = null;
    /** @type {BodyView[]} */
    this.views = [];
    /** @type {BodyView} */
    this.chosen = "hex";
    /** Whether the user has unfolded the whole tree. */
    this.unfolded = false;
    /** Words of the filter, to mark them. @type {readonly string[]} */
    this.needles = [];
    /** The page’s additions, when they are loaded. @type {import("./body-extras.js").Extras | null} */
    this.more = null;
    /** Why they are not loaded, or "". */
    this.problem = "";
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("request") || !this.request) return;
    if (!this.more) this.loadMore();
    this.asSent = this.unfolded = false;
    this.show(opened(this.request));
    if (!this.opened) this.open(this.request);
  }

  /** Load what the page adds to a body, and choose the view again unless the user did. */
  async loadMore() {
    this.problem = "";
    try {
      this.more = (await extras.load?.()) ?? null;
    } catch {
      this.problem = NOT_LOADED;
    }
    if (this.more && this.chosen === this.views[0]) this.chooseView();
  }

  /** @param {CapturedRequest} request */
  async open(request) {
    const found = await open(request);
    if (request === this.request) this.show(found);
  }

  /** @param {import("../body/reading.js").Opened | null} opened */
  show(opened) {
    this.opened = opened;
    this.chooseView();
  }

  chooseView() {
    const { request, body } = this;
    if (!request || !body) return;
    const compressed = this.asSent && codingsOf(request).length > 0;
    const type = compressed ? "" : mediaType(request);
    this.views = [...(this.more?.moreViews(body, type) ?? []), ...viewsOf(body, type)];
    this.broken = this.views.some(isTree) ? null : jsonErrorOf(body, type);
    const chosen = this.views[0];
    if (chosen !== this.chosen) this.unfolded = false; // the same tree keeps its rows
    this.chosen = chosen;
  }

  /** The body to show: as sent, or decompressed. @returns {Body | undefined} */
  get body() {
    return this.asSent ? this.request?.body : this.opened?.body;
  }

  render() {
    const { request, body } = this;
    if (!request) return;
    if (!request.body.complete) {
      return html`<p class="body-note">${missingBody(request)}</p>`;
    }
    if (request.body.size === 0) {
      return html`<p class="body-note">No body.</p>${this.more?.queryContent(request) ?? ""}`;
    }
    if (!this.opened || !body) return html`<p class="body-note" role="status">Decompressing…</p>`;
    return html`
      ${this.coding(request, this.opened)} ${this.toolbar(body)} ${this.search(body)}
      ${this.broken ? brokenJson(this.broken) : ""}
      ${this.note(body)}
      <div class="body-content">
        ${this.more?.moreContent(this.chosen, body, request) ?? bodyContent(this.chosen, body, request)}
      </div>
    `;
  }

  /**
   * @param {CapturedRequest} request
   * @param {import("../body/reading.js").Opened} opened
   */
  coding(request, opened) {
    if (opened.codings.length === 0) return "";
    return bodyCoding(request.body.size, opened, this.asSent, () => {
      this.asSent = !this.asSent;
      this.chooseView();
    });
  }

  /** Say how the text was decoded, in views that show text. @param {Body} body */
  note({ note }) {
    if (!note || WITHOUT_ITS_TEXT.has(this.chosen)) return "";
    return html`<p class="body-reading">${visible(note)}</p>`;
  }

  /** @param {Body} body */
  toolbar(body) {
    return html`
      <div class="body-bar">
        <div class="body-views" role="group" aria-label="Show the body as">
          ${this.views.map((view) => this.choice(view))}
        </div>
        <div class="body-tools">
          ${this.findButton()} ${isTree(this.chosen) ? this.unfoldButton() : ""}
          ${
            body.encoding === "utf-8"
              ? html`<webhook-copy-button .text=${body.content} what="the body"></webhook-copy-button>`
              : ""
          }
        </div>
      </div>
    `;
  }

  findButton() {
    if (!extras.load) return "";
    return html`<button
      part="button" type="button" class="button body-tool" title="Find (f)" @click=${this.find}
    >${findIcon}<span>Find</span></button>`;
  }

  /** The search, once it is loaded. @param {Body} body */
  search(body) {
    if (!this.more)
      return this.problem ? html`<p class="body-note" role="alert">${this.problem}</p>` : "";
    return html`<webhook-body-search
      .content=${body} .view=${this.chosen} .needles=${this.needles} @close-search=${this.leaveSearch}
    ></webhook-body-search>`;
  }

  /** Open the search in the body. */
  async find() {
    if (!this.more) await this.loadMore();
    await this.updateComplete;
    /** @type {import("./body-search.js").BodySearch | null} */ (
      this.renderRoot.querySelector("webhook-body-search")
    )?.show();
  }

  leaveSearch() {
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".body-tool"))?.focus();
  }

  unfoldButton() {
    const label = this.unfolded ? "Collapse all" : "Expand all";
    return html`<button
      part="button" type="button" class="button body-tool" title="${label} (v)" @click=${this.unfold}
    >${this.unfolded ? foldIcon : unfoldIcon}<span>${label}</span></button>`;
  }

  /** Unfold or fold all rows of the tree, if there is one. */
  unfold() {
    /** @type {import("./body-json.js").BodyJson | null} */
    const tree = isTree(this.chosen) ? this.renderRoot.querySelector("webhook-body-json") : null;
    if (!tree) return;
    this.unfolded = !this.unfolded;
    if (this.unfolded) tree.unfoldAll();
    else tree.foldAll();
  }

  /** @param {BodyView} view */
  choice(view) {
    const choose = () => {
      this.chosen = view;
      this.unfolded = false;
    };
    return html`<button type="button" aria-pressed=${view === this.chosen} @click=${choose}>
      ${NAMES[view] ?? "Pretty"}
    </button>`;
  }
}

/** @param {BodyView} view */
function isTree(view) {
  return view === "json" || view === "records" || view === "msgpack";
}

/** @param {CapturedRequest} request */
function missingBody({ body, epoch }) {
  const which = `The body of ${byteCount(body.size)}`;
  if (epoch === "file") return `${which} is not in the file.`;
  return `${which} was larger than the server’s limit and was not kept.`;
}

define("webhook-body", RequestBody);
