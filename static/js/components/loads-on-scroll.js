/** Show more of a long list when its end is scrolled into view. */

/** Loads without a press, so that the sections below a long list stay in reach. */
const MAX_AUTOMATIC = 20;

/**
 * @typedef {import("lit").ReactiveControllerHost & Element} Host  its child with the attribute `data-more`
 *   is the button that shows more, or is an empty element at the end of the list
 */

/** A controller for an element with a button that shows more. @implements {ReactiveController} */
export class LoadsOnScroll {
  #host;
  #load;
  #left = MAX_AUTOMATIC;
  /** @type {IntersectionObserver | undefined} */
  #observer;

  /**
   * @param {Host} host
   * @param {() => void} load
   */
  constructor(host, load) {
    this.#host = host;
    this.#load = load;
    host.addController(this);
  }

  /** Allow more loads: the list has new content, or the user pressed the button. */
  renew() {
    this.#left = MAX_AUTOMATIC;
  }

  hostUpdated() {
    this.hostDisconnected();
    const end = [...this.#host.children].find((each) => each.hasAttribute("data-more"));
    if (!end || this.#left === 0) return;
    this.#observer = new IntersectionObserver((entries) => this.#seen(end, entries));
    this.#observer.observe(end); // reports at once if it is in view
  }

  hostDisconnected() {
    this.#observer?.disconnect();
  }

  /**
   * @param {Element} end
   * @param {IntersectionObserverEntry[]} entries
   */
  #seen(end, entries) {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    this.hostDisconnected();
    if (end.matches(":hover, :focus-visible")) return this.#wait(end);
    this.#left--;
    this.#load();
  }

  /** Keep a button in its place while the user is about to press it. @param {Element} button */
  #wait(button) {
    const again = () => this.hostUpdated();
    for (const left of ["pointerleave", "blur"]) {
      button.addEventListener(left, again, { once: true });
    }
  }
}

/** @typedef {import("lit").ReactiveController} ReactiveController */
