/** Time between two updates of a component that changes all the time, in milliseconds. */
const PERIOD_MS = 100;

/** Updates in quick succession that are not delayed. */
const UNDELAYED = 10;

const USER_EVENTS = ["click", "keydown", "input", "popstate"];

/**
 * Chooses the frames in which a component updates. A busy callback would otherwise change the page
 * in every frame, which keeps a whole core busy with drawing. A few changes and the effects of user
 * actions are shown in the next frame.
 */
export class Pace {
  /** When the next update would be due if all were a period apart. */
  #due = 0;
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
    const ahead = UNDELAYED * PERIOD_MS;
    let now = 0;
    do now = await new Promise(requestAnimationFrame);
    while (!this.#isUrgent && now + ahead <= this.#due);
    this.#due = Math.min(Math.max(this.#due, now), now + ahead) + PERIOD_MS;
    this.#isUrgent = false;
  }
}
