/** Play a short, quiet tone. */

const MIN_INTERVAL_MS = 1000;
const DURATION_SECONDS = 0.12;
const GAIN = 0.04;
const FREQUENCY_HERTZ = 740;

/** @type {AudioContext | undefined} */
let audio;
let busy = false;

/** Play at most one tone per second. The browser delays the tone until the user has clicked in the page. */
export async function playTone() {
  if (busy) return;
  busy = true;
  audio ??= new AudioContext();
  await audio.resume();
  startTone(audio);
  setTimeout(() => {
    busy = false;
  }, MIN_INTERVAL_MS);
}

/** @param {AudioContext} context */
function startTone(context) {
  const end = context.currentTime + DURATION_SECONDS;
  const volume = new GainNode(context, { gain: GAIN });
  volume.gain.linearRampToValueAtTime(0, end); // fade out: an abrupt end makes a noise
  const oscillator = new OscillatorNode(context, { frequency: FREQUENCY_HERTZ });
  oscillator.connect(volume).connect(context.destination);
  oscillator.start();
  oscillator.stop(end);
}
