/** On a phone the browser's Back closes the detail that covers the list, and does not leave. */

const PHONE = "(width < 48rem)";

export class BackButton {
  #pushed = false;

  /** @param {() => void} close  puts away what covers the page */
  constructor(close) {
    addEventListener("popstate", () => {
      this.#pushed = false;
      close();
    });
  }

  /** @param {boolean} covered  something covers the page now */
  follow(covered) {
    if (covered === this.#pushed) return;
    if (!covered) {
      this.#pushed = false;
      history.back();
    } else if (matchMedia(PHONE).matches) {
      this.#pushed = true;
      history.pushState("covered", "");
    }
  }
}
