/** On a phone, the browser's Back closes the detail that covers the list, and stays on the page. */

const PHONE = "(width < 48rem)";

export class BackButton {
  #pushed = false;

  /** @param {() => void} close  closes the detail */
  constructor(close) {
    addEventListener("popstate", () => {
      this.#pushed = false;
      close();
    });
  }

  /** @param {boolean} covered  whether the detail covers the list */
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
