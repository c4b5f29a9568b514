import { LitElement } from "lit";

/** Bounds of the list's width: in units of the root's font size, and as a share of the page. */
const MIN_REM = 18;
const MAX_SHARE = 0.5;

/** Pixels that an arrow key moves it. */
const STEP = 16;

/** The place to move to after a key. @type {Record<string, (now: number, bounds: {min: number, max: number}) => number>} */
const MOVES = {
  ArrowLeft: (now) => now - STEP,
  ArrowRight: (now) => now + STEP,
  Home: (_, { min }) => min,
  End: (_, { max }) => max,
};

/**
 * The divider between list and detail (ARIA Authoring Practices, window splitter pattern). Drag it, or
 * move it with the arrow keys. A double click resets it.
 * @fires width-change  detail {width}: pixels, 0 for the default
 */
export class SplitDivider extends LitElement {
  static properties = { width: { type: Number } };

  constructor() {
    super();
    /** Width of the list in pixels, or 0 for the default. */
    this.width = 0;
    this.addEventListener("keydown", this.onKey);
    this.addEventListener("pointerdown", this.onPress);
    this.addEventListener("focus", this.describe);
    this.addEventListener("dblclick", () => this.save(0));
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.tabIndex = 0;
    this.role = "separator";
    this.ariaLabel = "Width of the list";
    this.ariaOrientation = "vertical";
    this.ariaValueMax = String(MAX_SHARE * 100);
    this.describe();
  }

  updated() {
    this.place(this.width);
  }

  get page() {
    return /** @type {HTMLElement} */ (this.parentElement);
  }

  get bounds() {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const max = this.page.clientWidth * MAX_SHARE;
    return { min: Math.min(rem * MIN_REM, max), max };
  }

  /** The present width of the list in pixels. */
  get now() {
    const { left } = this.page.getBoundingClientRect();
    return (this.page.querySelector(".page-list")?.getBoundingClientRect().right ?? left) - left;
  }

  /** Report the width in percent of the page. */
  describe() {
    const percent = (/** @type {number} */ pixels) =>
      String(Math.round((pixels * 100) / (this.page.clientWidth || 1)));
    this.ariaValueMin = percent(this.bounds.min);
    this.ariaValueNow = percent(this.now);
  }

  /** @param {number} width */
  place(width) {
    const { style } = this.page;
    if (width) style.setProperty("--list", `clamp(${MIN_REM}rem, ${width}px, ${MAX_SHARE * 100}%)`);
    else style.removeProperty("--list");
    this.describe();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { bounds } = this;
    const to = MOVES[event.key]?.(this.now, bounds);
    if (to === undefined) return;
    event.preventDefault();
    this.save(Math.min(Math.max(to, bounds.min), bounds.max));
  }

  /** @param {PointerEvent} event */
  onPress(event) {
    event.preventDefault(); // no text is selected
    this.focus();
    this.setPointerCapture(event.pointerId);
    const { left } = this.page.getBoundingClientRect();
    const start = event.clientX;
    const onMove = (/** @type {PointerEvent} */ { clientX }) => this.place(clientX - left);
    this.addEventListener("pointermove", onMove);
    const onEnd = () => {
      this.removeEventListener("pointermove", onMove);
      this.removeEventListener("lostpointercapture", onEnd);
      if (Math.abs(this.now - (start - left)) > 2) this.save(this.now);
    };
    this.addEventListener("lostpointercapture", onEnd);
  }

  /** @param {number} pixels  0 for the default */
  save(pixels) {
    const width = Math.round(pixels);
    this.place(width);
    this.dispatchEvent(new CustomEvent("width-change", { detail: { width }, bubbles: true }));
  }
}

customElements.define("split-divider", SplitDivider);
