/** Format numbers, times and texts for people. Does not use the DOM. */

/**
 * Format a size: "0 B", "834 B", "1.8 kB", "1.05 MB". Decimal units, at most three digits.
 * @param {number} bytes
 */
export function byteSize(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const thousands = bytes < 999_500 ? 1 : bytes < 999_500_000 ? 2 : 3;
  const unit = ["kB", "MB", "GB"][thousands - 1];
  const value = Number((bytes / 1000 ** thousands).toPrecision(3));
  return `${value} ${unit}`;
}

/**
 * Format a number of bytes: "1 byte", "1,048,577 bytes".
 * @param {number} bytes
 */
export function byteCount(bytes) {
  return `${bytes.toLocaleString("en-US")} ${bytes === 1 ? "byte" : "bytes"}`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const MINUTE = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });

/**
 * Format the time of a row in the user's time zone: "14:03:22" today, "21 Nov 14:03" on another day.
 * @param {string} iso
 * @param {number} now  milliseconds
 */
export function rowTime(iso, now) {
  const date = new Date(iso);
  if (date.toDateString() === new Date(now).toDateString()) return CLOCK.format(date);
  return `${SHORT_DAY.format(date)} ${MINUTE.format(date)}`;
}

/**
 * Format a time in the user's time zone: "14:03:22".
 * @param {string} iso
 */
export function clockTime(iso) {
  return CLOCK.format(new Date(iso));
}

/**
 * Format date and time in the user's time zone: "22 Nov 2026, 14:03:22.123".
 * @param {string} iso
 */
export function fullTime(iso) {
  const date = new Date(iso);
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${DAY.format(date)}, ${CLOCK.format(date)}.${milliseconds}`;
}

/**
 * Format an age: "just now", "12 s ago", "3 min ago", "2 h ago", "5 d ago".
 * @param {number} milliseconds
 */
export function ago(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/**
 * Format a duration: "less than 1 ms", "12 ms", "1.25 s".
 * @param {number} seconds
 */
export function duration(seconds) {
  const milliseconds = Math.round(seconds * 1000);
  if (milliseconds === 0) return "less than 1 ms";
  return milliseconds < 1000
    ? `${milliseconds} ms`
    : `${Number((milliseconds / 1000).toFixed(2))} s`;
}

/**
 * Characters that are invisible, or that move, hide or reverse others. U+FE0E and U+FE0F are excluded:
 * they only choose between text and emoji.
 */
const INVISIBLE = "(?!\\t|\\n|\\r|\\ufe0e|\\ufe0f)[\\p{Cc}\\p{Zl}\\p{Zp}\\p{DI}]";

/** Scripts in which a joiner changes the shape of the letters around it. */
const JOINED_SCRIPTS = (
  "Arab Syrc Mand Mani Mong Nkoo Phag Adlm Rohg " +
  "Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr Tibt Java Bali"
).split(" ");
const JOINED = `(?=[\\p{L}\\p{M}])[${JOINED_SCRIPTS.map((script) => `\\p{scx=${script}}`).join("")}]`;
/** Viramas remove the vowel of a letter; a joiner after one chooses the letter's form. */
const VIRAMA = "[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca]";
const EMOJI = "\\p{Extended_Pictographic}[\\ufe0f\\p{Emoji_Modifier}]?";

const TAG = "[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]";

/** Joiners (U+200C, U+200D) in valid positions, and the tags of a flag such as Scotland's. */
const JOINERS = [
  `[\\u200c\\u200d](?<=${JOINED}.)(?=${JOINED})`,
  `[\\u200c\\u200d](?<=${VIRAMA}.)`,
  `\\u200d(?<=${EMOJI}.)(?=\\p{Extended_Pictographic})`,
  `${TAG}(?<=\\u{1f3f4}.)${TAG}{2,5}\\u{e007f}`,
].join("|");

const HIDDEN = new RegExp(`(${JOINERS})|${INVISIBLE}`, "gu");

/**
 * Make invisible characters of untrusted text visible: "\u202Eevil" -> "⟨U+202E⟩evil".
 * @param {string} text
 */
export function visible(text) {
  return text.replace(HIDDEN, (character, joiner) => {
    if (joiner) return joiner;
    const code = Number(character.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0");
    return `⟨U+${code}⟩`;
  });
}

/**
 * Return the text of a row for missed requests.
 * @param {number | null} missed  null: the server does not know
 */
export function gapText(missed) {
  if (missed === null) {
    return "The server restarted. Requests sent while it was down may be missing here.";
  }
  const were = missed === 1 ? "It was" : "They were";
  return `${requestCount(missed)} arrived while this page was disconnected. ${were} not stored.`;
}

/**
 * Return the text of a row for requests that arrived late, because the server kept them.
 * @param {number} recovered
 */
export function recoveredText(recovered) {
  return `${requestCount(recovered)} recovered`;
}

/**
 * Return the text of a row for requests that the server refused.
 * @param {{count: number, status: number, message: string}} refused
 */
export function refusedText({ count, status, message }) {
  const refused = count === 1 ? "was refused:" : "were refused. Latest reason:";
  return `${requestCount(count)} ${refused} ${message} The sender received ${status}.`;
}

/**
 * Return the number of requests in the list: "123 requests", "12 of 123", "newest 1,000 of 5,400".
 * @param {{requests: number, matching: number, dropped: number, filter: string}} list
 */
export function countText({ requests, matching, dropped, filter }) {
  const number = requests.toLocaleString("en-US");
  if (filter.trim()) return `${matching.toLocaleString("en-US")} of ${number}`;
  if (dropped === 0) return requestCount(requests);
  return `newest ${number} of ${(requests + dropped).toLocaleString("en-US")}`;
}

/**
 * Format a number of requests: "1 request", "3,000 requests".
 * @param {number} count
 */
export function requestCount(count) {
  return `${count.toLocaleString("en-US")} ${count === 1 ? "request" : "requests"}`;
}
