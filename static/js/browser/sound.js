/** A short, quiet tone. */

const APART_MS = 1000;
const SECONDS = 0.12;
const LOUDNESS = 0.04;
const HERTZ = 740;

/** @type {AudioContext | undefined} */
let audio;
let busy = false;

/** Play at most one tone per second. Before the user's first click, the browser delays the tone. */
export async function playTone() {
  if (busy) return;
  busy = true;
  audio ??= new AudioContext();
  await audio.resume();
  tone(audio);
  setTimeout(() => {
    busy = false;
  }, APART_MS);
}

/** @param {AudioContext} context */
function tone(context) {
  const end = context.currentTime + SECONDS;
  const volume = new GainNode(context, { gain: LOUDNESS });
  volume.gain.linearRampToValueAtTime(0, end); // no click at its end
  const oscillator = new OscillatorNode(context, { frequency: HERTZ });
  oscillator.connect(volume).connect(context.destination);
  oscillator.start();
  oscillator.stop(end);
}
