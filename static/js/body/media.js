/**
 * Recognise documents, sounds and films by their first bytes. Does not use the DOM.
 *
 * A blob has the origin of the page, so a type that browsers run as a document with scripts (HTML,
 * SVG, XML) must never be its type. The types here are fixed, only viewers and players read them, and
 * the sender's `Content-Type` decides nothing.
 *
 * @typedef {object} Media
 * @property {string} type  a media type of this list, and no other
 * @property {string} name  for people
 */

import { utf8 } from "../text/encoding.js";
import { bytesOf } from "./body.js";

/** @type {{type: string, name: string, starts: string, at?: number, next?: [at: number, pattern: RegExp]}[]} */
const KINDS = [
  { type: "application/pdf", name: "PDF", starts: "%PDF-" },
  { type: "audio/mpeg", name: "MP3 audio", starts: "ID3" },
  { type: "audio/mpeg", name: "MP3 audio", starts: "\xff\xfb" },
  { type: "audio/wav", name: "WAV audio", starts: "RIFF", next: [8, /^WAVE/] },
  { type: "audio/flac", name: "FLAC audio", starts: "fLaC" },
  { type: "audio/ogg", name: "Ogg audio", starts: "OggS" },
  { type: "audio/mp4", name: "MP4 audio", starts: "ftyp", at: 4, next: [8, /^M4[AB] /] },
  {
    type: "video/mp4",
    name: "MP4 video",
    starts: "ftyp",
    at: 4,
    next: [8, /^(?:isom|iso[2-6]|mp4[12]|avc1|M4V |qt {2}|3gp|dash|MSNV)/],
  },
  { type: "video/webm", name: "WebM video", starts: "\x1a\x45\xdf\xa3" },
];

const MAX_HEAD = 32;

/**
 * @param {import("./body.js").Body} body
 * @returns {Media | null}
 */
export function mediaOf(body) {
  const { encoding, content } = body;
  const bytes = encoding === "utf-8" ? utf8(content.slice(0, MAX_HEAD)) : bytesOf(body);
  const head = String.fromCharCode(...bytes.subarray(0, MAX_HEAD));
  const kind = KINDS.find(({ starts, at = 0, next }) => {
    return head.startsWith(starts, at) && (!next || next[1].test(head.slice(next[0])));
  });
  return kind ? { type: kind.type, name: kind.name } : null;
}
