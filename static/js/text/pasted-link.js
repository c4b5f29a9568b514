/** Read the link to a private callback that a person has pasted. Does not use the DOM. */

import { isKey, keyIn, watchLink } from "../wire/private.js";

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** A link in a text, without the brackets or quotes around it. */
const LINK = /https?:\/\/[^\s<>"'`]+/i;

/** A key without a link, perhaps with a dot after it. */
const KEY_ALONE = /^[\w-]{22}(?![\w-=])/;

const WRONG_LENGTH =
  "This link is not complete, or has too much at its end: a key has 22 characters.";
const NO_KEY =
  "This link has no key (#key=…) at its end. The URL for senders is not enough to watch.";

/**
 * Return the link to watch that a text contains, or the problem.
 * @param {string} text  a link or a view key
 * @param {{server: string, uuid: string}} callback  of this page
 * @returns {{link?: string, problem?: string}}
 */
export function linkFrom(text, { server, uuid }) {
  const pasted = LINK.exec(text)?.[0] ?? text.trim();
  const entered = pasted.replace("%23key=", "#key="); // some programs escape the hash
  if (!entered) return { problem: "Paste the complete link, or its key." };
  if (!URL.canParse(entered)) {
    const alone = KEY_ALONE.test(entered);
    const key = keyIn(alone ? `#key=${entered}` : `#${entered.replace(/^.*#/s, "")}`);
    if (!key) return { problem: "This is neither a link nor a key. A key has 22 characters." };
    return isKey(key) ? { link: watchLink({ server, uuid, key }) } : { problem: WRONG_LENGTH };
  }
  const { origin, pathname, hash } = new URL(entered);
  const key = keyIn(hash);
  if (!(origin + pathname).startsWith(`${server}/`)) {
    return { problem: `This is not a link of this server, ${new URL(server).host}.` };
  }
  if (!key) return { problem: NO_KEY };
  if (!isKey(key)) return { problem: WRONG_LENGTH };
  const [other] = UUID.exec((origin + pathname).slice(server.length)) ?? [];
  if (!other) return { problem: "This is not the link of a callback." };
  return { link: watchLink({ server, uuid: other.toLowerCase(), key }) };
}
