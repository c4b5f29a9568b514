import { html, LitElement } from "lit";
import { chunksOf } from "../body/body.js";
import { highlight } from "../body/highlight.js";
import { byteSize } from "../text/format.js";
import "./body-chunk.js";
import { define } from "./define.js";
import { LoadsOnScroll } from "./loads-on-scroll.js";

/** Maximum time per frame for rendering the rest of a long body; more would block input. */
const FRAME_MS = 8;

/**
 * A body as text, markup or hex. Renders the beginning at once, the next chunks when they are scrolled
 * into view, and the rest on request.
 */
export class BodySource extends LitElement {
  static properties = {
    body: { attribute: false },
    view: {},
    paint: { attribute: false },
    chunks: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../body/body.js").Body | undefined} */
    this.body = undefined;
    /** @type {import("../body/body.js").SourceView} */
    this.view = "text";
    /** The highlighter of its text. Markup has one without it. @type {typeof highlight | null} */
    this.paint = null;
    /** @type {string[]} */
    this.chunks = [];
    /** @type {Iterator<string, void>} */
    this.rest = [].values();
    /** @type {IteratorResult<string, void>} the first chunk that is not shown yet */
    this.next = { done: true, value: undefined };
    /** Whether chunks are being added, a few in each frame. */
    this.isAdding = false;
    this.loads = new LoadsOnScroll(this, () => this.isAdding || this.add());
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!(changed.has("body") || changed.has("view")) || !this.body) return;
    this.rest = chunksOf(this.body, this.view);
    this.next = this.rest.next();
    this.chunks = [];
    this.loads.renew();
    this.add();
  }

  add() {
    if (!this.next.done) this.chunks = [...this.chunks, this.next.value];
    this.next = this.rest.next();
  }

  /** Show at least this many chunks. @param {number} count */
  async showUntil(count) {
    this.isAdding = true;
    for (const { rest } = this; rest === this.rest && this.isShort(count); ) {
      const end = performance.now() + FRAME_MS;
      do this.add();
      while (this.isShort(count) && performance.now() < end);
      await new Promise(requestAnimationFrame);
    }
    this.isAdding = false;
    await this.updateComplete;
  }

  /** @param {number} count  chunks to show */
  isShort(count) {
    return !this.next.done && this.chunks.length < count;
  }

  async showAll() {
    await this.showUntil(Number.POSITIVE_INFINITY);
    this.querySelector("pre")?.focus({ preventScroll: true }); // the button disappears
  }

  render() {
    if (!this.body) return;
    const { view, chunks, next } = this;
    const paint = this.paint ?? (isPainted(view) ? highlight : null);
    return html`
      <pre class="body-text captured" data-view=${view} tabindex="0" role="group" aria-label="Body">${chunks.map((text) => html`<webhook-body-chunk class="body-chunk" .text=${text} .paint=${paint}></webhook-body-chunk>`)}</pre>
      ${
        next.done
          ? ""
          : html`<span data-more></span>
          <button part="button" type="button" class="button" @click=${this.showAll}>
            Show all ${byteSize(this.body.size)}
          </button>`
      }
    `;
  }
}

/** @param {import("../body/body.js").SourceView} view */
function isPainted(view) {
  return view === "xml" || view === "markup";
}

define("webhook-body-source", BodySource);
