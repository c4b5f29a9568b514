import { html, LitElement, nothing, svg } from "lit";
import { Ticking } from "../browser/clock.js";
import { isTelling, Rate, STEP_SECONDS, STEPS } from "../state/rate.js";
import { requestCount } from "../text/format.js";

const MINUTES = (STEPS * STEP_SECONDS) / 60;
const HEIGHT = 24;

/** A single request does not fill the plot's height. */
const LOWEST_TOP = 5;

/**
 * A bar chart of the requests in the last minutes; the newest are on the right. Empty while it says no
 * more than the number of listed requests.
 */
export class RatePlot extends LitElement {
  static properties = { rate: { attribute: false }, received: { type: Number } };

  constructor() {
    super();
    this.rate = new Rate();
    /** Requests that the list has or could have; the plot is current when it changes. */
    this.received = 0;
    new Ticking(this);
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const counts = this.rate.steps(Date.now());
    if (this.received === 0 || !isTelling(counts)) return nothing;
    const sum = counts.reduce((one, other) => one + other);
    const most = Math.max(...counts);
    const text = `${requestCount(sum)} in the last ${MINUTES} minutes`;
    return html`
      <div class="plot-frame" title=${text}>
        <svg
          class="plot"
          role="img"
          aria-label=${`${text}, with a peak of ${most.toLocaleString("en-US")} in ${STEP_SECONDS} seconds`}
          viewBox="0 0 ${STEPS} ${HEIGHT}"
          preserveAspectRatio="none"
        >${counts.map((count, at) => bar(at, count / Math.max(most, LOWEST_TOP)))}</svg>
        <span class="plot-text" aria-hidden="true">last ${MINUTES} min</span>
      </div>
    `;
  }
}

/**
 * @param {number} at
 * @param {number} share  of the height
 */
function bar(at, share) {
  const height = share && Math.max(share * HEIGHT, 1);
  return svg`<rect x=${at + 0.1} y=${HEIGHT - height} width="0.8" height=${height} />`;
}

customElements.define("rate-plot", RatePlot);
