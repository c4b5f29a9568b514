/** Show more of a long list when its end is scrolled into view. */

/** Loads without a press, so that the sections below a long list stay in reach. */
const MAX_AUTOMATIC = 20;

/**
 * @typedef {import("lit").ReactiveControllerHost & Element} Host  its button has the attribute
 *   `data-more` and is its child
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
    const button = [...this.#host.children].find((each) => each.hasAttribute("data-more"));
    if (!button || this.#left === 0) return;
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries));
    this.#observer.observe(button); // reports at once if it is in view
  }

  hostDisconnected() {
    this.#observer?.disconnect();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    this.hostDisconnected();
    this.#left--;
    this.#load();
  }
}

/** @typedef {import("lit").ReactiveController} ReactiveController */
