/** Shortest time between two updates in a burst, in milliseconds. It still looks immediate. */
const BURST_MS = 100;

const USER_EVENTS = ["click", "keydown", "input", "popstate"];

/**
 * Chooses the frames in which a component updates. A busy callback would otherwise change the page
 * in every frame, which keeps a whole core busy with drawing. The first change after a pause and
 * the effects of user actions are shown in the next frame.
 */
export class Pace {
  #updated = -BURST_MS;
  #isUrgent = false;

  /** @param {import("lit").ReactiveControllerHost} host */
  constructor(host) {
    host.addController(this);
  }

  hostConnected() {
    for (const type of USER_EVENTS) addEventListener(type, this.#onUser, { capture: true });
  }

  hostDisconnected() {
    for (const type of USER_EVENTS) removeEventListener(type, this.#onUser, { capture: true });
  }

  #onUser = () => {
    this.#isUrgent = true;
  };

  /** Wait for the frame of the next update. */
  async frame() {
    let now = 0;
    do now = await new Promise(requestAnimationFrame);
    while (!this.#isUrgent && now - this.#updated < BURST_MS);
    this.#updated = now;
    this.#isUrgent = false;
  }
}
