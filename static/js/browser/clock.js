/**
 * One clock for all elements that show an age. It stops while the page is hidden.
 *
 * @typedef {import("lit").ReactiveControllerHost} Host
 */

/** @type {Set<Host>} */
const hosts = new Set();
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

/** Updates an element once a second. */
export class Ticking {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    host.addController(this);
  }

  hostConnected() {
    hosts.add(this.host);
  }

  hostDisconnected() {
    hosts.delete(this.host);
  }
}

function tick() {
  for (const host of hosts) host.requestUpdate();
}

function onVisibility() {
  clearInterval(timer);
  if (document.hidden) return;
  tick();
  timer = setInterval(tick, 1000);
}

document.addEventListener("visibilitychange", onVisibility);
onVisibility();
