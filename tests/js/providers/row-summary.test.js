import assert from "node:assert/strict";
import { test } from "node:test";
import { summariseRow } from "../../../static/js/providers/row-summary.js";
import { sample } from "../samples.js";

/**
 * @param {string} type
 * @param {string | Buffer} body
 * @param {[string, string][]} [more]
 */
function textFor(type, body, more = []) {
  const isText = typeof body === "string";
  const request = sample({
    headers: [...more, ...(type ? [/** @type {[string, string]} */ (["Content-Type", type])] : [])],
    body: {
      size: body.length,
      encoding: isText ? "utf-8" : "base64",
      content: isText ? body : body.toString("base64"),
      complete: true,
    },
  });
  const { provider, event, text } = summariseRow(request);
  return [provider, event, text].filter(Boolean).join(" · ");
}

const PARTS = [
  "--b",
  'Content-Disposition: form-data; name="title"',
  "",
  "Hello",
  "--b",
  'content-disposition: form-data; name="photo"; filename="ada.png"',
  "Content-Type: image/png",
  "",
  "…",
  "--b--",
].join("\r\n");

test("a row says what differs between requests of unknown senders", () => {
  const xml = '<?xml version="1.0"?>\n<!-- shop -->\n<!DOCTYPE order>\n<order id="7">\n  <sum/>';
  const form = "application/x-www-form-urlencoded";
  assert.equal(textFor("", "", [["User-Agent", "curl/8.9"]]), "curl/8.9");
  assert.equal(textFor("", ""), "");
  assert.equal(textFor(form, "From=%2B1500&Body=On+its+way"), "From: +1500, Body: On its way");
  assert.equal(textFor("application/xml", xml), '<order id="7"> <sum/>');
  assert.equal(textFor("application/xml", "<?xml"), "<?xml");
  assert.equal(textFor("multipart/form-data; boundary=b", PARTS), "title: Hello, photo: ada.png");
  const bytes = Buffer.from(`${PARTS}\xff`, "latin1");
  assert.match(textFor("multipart/form-data; boundary=b", bytes), /^title: Hello, photo: ada/);
  assert.equal(textFor("image/png", Buffer.from([0, 255])), "image/png");
  assert.equal(
    textFor("image/png", Buffer.from([0, 255]), [
      ["Content-Disposition", 'attachment; filename="ada.png"'],
    ]),
    "ada.png",
  );
  const zipped = textFor("application/json", Buffer.from([31, 139]), [
    ["Content-Encoding", "gzip"],
  ]);
  assert.equal(zipped, "application/json, gzip");
  assert.equal(textFor("application/json", '{"id": 7}'), '{"id": 7}');
  const twilio = textFor(form, "Body=Hi", [["User-Agent", "TwilioProxy/1.1"]]);
  assert.equal(twilio, "Twilio · Body: Hi");
  assert.equal(textFor("application/json", '{"type": "paid"}'), "paid");
});

test("hostile bodies are read only at their start, and their texts are short", () => {
  const large = 10 ** 6;
  for (const [type, body] of [
    ["application/x-www-form-urlencoded", "&".repeat(large)],
    ["application/xml", "<!--".repeat(large)],
    ["application/xml", "<?x?>".repeat(large)],
    ["multipart/form-data", "content-disposition: a\n".repeat(large)],
  ]) {
    assert.ok(textFor(type, body).length <= 80, type);
  }
});
