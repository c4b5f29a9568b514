import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../../../static/js/body/body.js";
import { mediaOf } from "../../../static/js/body/media.js";

/** @param {string} text  one character per byte */
const typeOf = (text) => mediaOf(bodyOf(Buffer.from(text, "latin1")))?.type;

test("documents, sounds and films are recognised by their first bytes", () => {
  const kinds = {
    "%PDF-1.7\n": "application/pdf",
    "ID3\x04": "audio/mpeg",
    "\xff\xfb\x90": "audio/mpeg",
    "RIFF\0\0\0\0WAVEfmt ": "audio/wav",
    "fLaC\0": "audio/flac",
    "OggS\0": "audio/ogg",
    "\0\0\0\x20ftypM4A \0": "audio/mp4",
    "\0\0\0\x20ftypisom\0": "video/mp4",
    "\x1a\x45\xdf\xa3\x01": "video/webm",
  };
  for (const [text, type] of Object.entries(kinds)) assert.equal(typeOf(text), type);
});

test("nothing that a browser runs as a document gets a type", () => {
  const documents = [
    "<!doctype html><script>alert(1)</script>%PDF-1.7",
    " %PDF-1.7",
    "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "<?xml version='1.0'?><a/>",
    "\xef\xbb\xbf%PDF-1.7",
    "RIFF\0\0\0\0WEBPVP8 ",
    "\0\0\0\x20ftypavif\0",
    "MZ\x90\0",
    "",
  ];
  for (const text of documents) assert.equal(typeOf(text), undefined, text);
});
