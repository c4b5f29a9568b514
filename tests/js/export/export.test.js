import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { bodyOf } from "../../../static/js/body/body.js";
import {
  bodyFileName,
  exportFileName,
  keepsExtension,
  partFileName,
} from "../../../static/js/export/file-name.js";
import { FORMATS } from "../../../static/js/export/formats.js";
import { outgoingHeaders, target } from "../../../static/js/export/outgoing.js";
import { sample, UUID } from "../samples.js";

/**
 * @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../../../static/js/export/formats.js").Format} Format
 */

const ORIGIN = "http://127.0.0.1:8000";
const URL = `${ORIGIN}/${UUID}`;

/** @param {string} text */
const textBody = (text) => bodyOf(new TextEncoder().encode(text));

/** @type {CapturedRequest["body"]} */
const TOO_LARGE = { size: 2_000_000, encoding: "utf-8", content: "", complete: false };

/**
 * @param {Format} format
 * @param {Partial<CapturedRequest>} [fields]
 */
const exported = (format, fields) => {
  const request = sample(fields);
  return String(FORMATS[format](request, target(request, ORIGIN)));
};

test("the URL is the callback at the page's origin, with path and query as sent", () => {
  const request = sample({ subpath: "/a%2f/../b", query_string: "a=1&a=%7e" });
  assert.equal(target(request, ORIGIN), `${URL}/a%2f/../b?a=1&a=%7e`);
});

test("header lines keep order, case and duplicates, except those that a client sets", () => {
  /** @type {[string, string][]} */
  const kept = [
    ["X-Dup", "1"],
    ["x-dup", "2"],
    ["Accept", ""],
  ];
  /** @type {[string, string][]} */
  const headers = [["Host", "h"], ["content-LENGTH", "1"], ["Connection", "close"], ...kept];
  assert.deepEqual(outgoingHeaders(sample({ headers })), kept);
});

test("header lines of one connection are left out, also those that Connection names", async () => {
  // Python tests read the same file.
  const fixture = new globalThis.URL("../../fixtures/header_lines.json", import.meta.url);
  const lines = JSON.parse(await readFile(fixture, "utf-8"));
  const headers = [...lines.of_one_connection, ...lines.sent_again];
  assert.deepEqual(outgoingHeaders(sample({ headers })), lines.sent_again);
});

test("the curl commands are those of the fixture", async () => {
  // Python tests read the same file.
  const fixture = new globalThis.URL("../../fixtures/curl.json", import.meta.url);
  const { request, cases } = JSON.parse(await readFile(fixture, "utf-8"));
  for (const { why, origin, request: fields, command } of cases) {
    const each = { ...request, ...fields };
    assert.equal(FORMATS.curl(each, target(each, origin)), command, why);
  }
});

test("an ordinary request is a curl command that people can read", () => {
  const command = exported("curl", {
    headers: [
      ["Content-Type", "application/json"],
      ["User-Agent", "Stripe/1.0"],
      ["Accept", "*/*"],
    ],
    body: textBody('{\n  "it": "isn\'t"\n}'),
  });
  assert.equal(
    command,
    [
      `curl '${URL}' \\`,
      "  -H 'Content-Type: application/json' \\",
      "  -H 'User-Agent: Stripe/1.0' \\",
      "  -H 'Accept: */*' \\",
      "  --data-raw '{",
      '  "it": "isn\'\\\'\'t"',
      "}'",
    ].join("\n"),
  );
});

test("the curl command removes curl's default headers", () => {
  const lines = exported("curl", { body: textBody("x".repeat(2000)) }).split(" \\\n  ");
  assert.deepEqual(lines.slice(1, 5), [
    "-H 'User-Agent:'",
    "-H 'Accept:'",
    "-H 'Content-Type:'",
    "-H 'Expect:'",
  ]);
  assert.match(exported("curl", { headers: [["Accept", ""]] }), /-H 'Accept;'/);
});

test("the curl command stops curl from rewriting the URL", () => {
  /** @param {string} subpath */
  const first = (subpath) => exported("curl", { subpath }).split(" \\\n")[0];
  assert.equal(first("/a"), `curl -X POST '${URL}/a'`);
  assert.match(first("/../a"), /--path-as-is/);
  assert.match(first("/%2E%2e/a"), /--path-as-is/);
  assert.match(first("/[1-9]{a,b}"), /--globoff/);
  assert.equal(first("/a#b"), `curl -X POST --request-target '/${UUID}/a#b' '${ORIGIN}'`);
  assert.match(FORMATS.curl(sample(), "https://hooks.example.com/"), / --http1\.1 /);
});

test("the curl command has the right option for HEAD, default and quoted methods", () => {
  assert.match(exported("curl", { method: "HEAD" }), /^curl --head /);
  assert.match(exported("curl", { method: "GET" }), /^curl 'http/);
  assert.match(exported("curl", { method: "GET", body: textBody("x") }), /^curl -X GET /);
  assert.match(exported("curl", { method: "`id`" }), /^curl -X '`id`' /);
});

test("a body is never read from a file, and control characters are piped", () => {
  assert.match(
    exported("curl", { body: textBody("@/etc/passwd") }),
    /--data-raw '@\/etc\/passwd'$/,
  );
  const bytes = new Uint8Array([0, 39, 92, 33, 10, 255]);
  assert.match(
    exported("curl", { body: bodyOf(bytes) }),
    /^printf '%b' '\\0000\\0047\\\\\\0041\\n\\0377' \|\ncurl [\s\S]*--data-binary @-$/,
  );
  for (const text of ["a\tb", "a\rb", "\u202ea", "\ufeffa", "a\u2028b"]) {
    assert.match(exported("curl", { body: textBody(text) }), /^printf '%b' '[ -~]*' \|/, text);
  }
  assert.match(exported("curl", { body: textBody("x".repeat(200_000)) }), /^printf '%s' 'x+' \|/);
});

test("raw bytes in a header value are printed by the shell itself", () => {
  const command = exported("curl", { headers: [["X-Latin", "\xe9'!\t$(id)"]] });
  assert.ok(command.includes(`-H "$(printf '%b' 'X-Latin: \\0351\\0047\\0041\\0011$(id)')"`));
});

test("a body that was not kept is not sent, and a note says so", () => {
  /** @type {[Format, string][]} */
  const comments = [
    ["curl", "# "],
    ["httpie", "# "],
    ["python", "# "],
    ["javascript", "// "],
  ];
  for (const [format, comment] of comments) {
    const [first, ...rest] = exported(format, { body: TOO_LARGE }).split("\n");
    const note =
      "The body of 2000000 bytes was larger than the limit of the server and is not sent.";
    assert.equal(first, comment + note);
    assert.doesNotMatch(rest.join("\n"), /--data|--raw|\bbody\b|Content-Length/);
  }
  const raw = exported("raw", { body: TOO_LARGE, headers: [["Content-Length", "2000000"]] });
  assert.equal(raw, `POST /${UUID} HTTP/1.1\r\n\r\n`);
});

test("HTTPie never gets a method that it would read as the URL", () => {
  assert.equal(exported("httpie", { method: "evil.example" }).split("\n").length, 1);
  assert.doesNotMatch(exported("httpie", { method: "evil.example" }), /http |evil/);
  const fields = { method: "PUT", headers: /** @type {[string, string][]} */ ([["-f", "@/etc"]]) };
  assert.match(exported("httpie", { ...fields, body: textBody("-x") }), /--raw='-x' .* PUT 'http/);
  assert.match(exported("httpie", fields), /-- \\\n {2}'-f: @\/etc'/);
});

test("notes list the limits of HTTPie and fetch", () => {
  /** @type {[string, string][]} */
  const headers = [["X-Latin", "\xe9"]];
  assert.match(exported("httpie", { headers }), /^# HTTPie cannot send the exact bytes of some/);
  assert.doesNotMatch(exported("httpie", { headers }), /X-Latin/);
  for (const path of ["{a}", "%7e", "%41", "%", "a#b"]) {
    assert.match(exported("httpie", { subpath: `/${path}` }), /^# HTTPie may rewrite this URL/);
  }
  assert.doesNotMatch(exported("httpie", { subpath: "/a@b/%20%C3%A9/.." }), /#/);
  assert.match(exported("httpie", { method: "post" }), /^# HTTPie sends the method in upper case/);
  assert.match(exported("javascript", { subpath: "/../a" }), /^\/\/ fetch\(\) rewrites this URL/);
  assert.match(
    exported("javascript", { method: "TRACE" }),
    /^\/\/ fetch\(\) refuses the method TRACE/,
  );
  const get = exported("javascript", { method: "GET", body: textBody("x") });
  assert.match(get, /^\/\/ fetch\(\) sends no body with GET\./);
  assert.doesNotMatch(get, /body:/);
  assert.match(exported("javascript"), /^const response = await fetch\(/);
});

test("untrusted content cannot leave its string literal", () => {
  const text = "\"\"\"'''\\\n$(a)`\u2028\u202e\u{1f600}";
  const quoted = '"\\"\\"\\"\'\'\'\\\\\\n$(a)`\\u2028\\u202e\u{1f600}"';
  assert.ok(exported("python", { body: textBody(text) }).includes(`body = ${quoted}.encode()\n`));
  assert.ok(exported("javascript", { body: textBody(text) }).includes(`.encode(${quoted})`));
});

test("shell comments do not contain untrusted content", () => {
  const fields = { subpath: `/{$(id)}`, body: TOO_LARGE };
  const text = exported("httpie", { ...fields, headers: [["`id`", "\xe9"]] });
  const comments = text.split("\n").filter((line) => line.startsWith("#"));
  assert.equal(comments.length, 3);
  for (const comment of comments) assert.match(comment, /^# [\w ,.:]+$/);
});

test("raw HTTP is the request as sent, with the new host and without chunks", () => {
  const text = exported("raw", {
    headers: [
      ["X-A", "1"],
      ["host", "elsewhere"],
      ["Transfer-Encoding", "chunked"],
    ],
    query_string: "a",
    body: textBody("h\u00e9"),
  });
  const head = `POST /${UUID}?a HTTP/1.1\r\nX-A: 1\r\nhost: 127.0.0.1:8000\r\nContent-Length: 3`;
  assert.equal(text, `${head}\r\n\r\nh\u00e9`);
});

test("raw HTTP with trailers is chunked, with the body in one chunk", () => {
  /** @type {Partial<CapturedRequest>} */
  const fields = {
    headers: [
      ["Transfer-Encoding", "chunked"],
      ["Trailer", "X-Sum"],
    ],
    trailers: [["X-Sum", "7"]],
  };
  const head = `POST /${UUID} HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n`;
  const end = "0\r\nX-Sum: 7\r\n\r\n";
  const body = textBody("hello, hello, hello");
  assert.equal(exported("raw", { ...fields, body }), `${head}13\r\nhello, hello, hello\r\n${end}`);
  assert.equal(exported("raw", fields), `${head}${end}`);
  for (const format of /** @type {Format[]} */ (["curl", "httpie", "python", "javascript"])) {
    assert.match(exported(format, fields), /The trailers of the request are not sent\./);
    assert.doesNotMatch(exported(format, fields), /X-Sum: 7/);
  }
});

test("bytes that are not allowed in a URL are escaped, except in raw HTTP", () => {
  const fields = { subpath: `/\xe9`, query_string: "city=Z\xc3\xbcrich&\x9b" };
  const url = `${URL}/%E9?city=Z%C3%BCrich&%9B`;
  assert.equal(target(sample(fields), ORIGIN), url);
  for (const format of /** @type {Format[]} */ (["curl", "httpie", "javascript"])) {
    assert.ok(exported(format, fields).includes(url), format);
  }
  assert.ok(exported("python", fields).includes(url.slice(ORIGIN.length)));
  const bytes = FORMATS.raw(sample(fields), URL);
  const line = `POST /${UUID}/\xe9?city=Z\xc3\xbcrich&\x9b HTTP/1.1`;
  assert.equal(Buffer.from(bytes).toString("latin1").split("\r\n")[0], line);
});

test("raw HTTP that is not text is exported as bytes", () => {
  const bytes = FORMATS.raw(sample({ body: bodyOf(new Uint8Array([0, 255])) }), URL);
  assert.ok(bytes instanceof Uint8Array);
  assert.deepEqual([...bytes.slice(-2)], [0, 255]);
});

const PART = {
  ...{ name: "photo", fileName: "", type: "", contentType: "", charset: "" },
  ...{ bytes: new Uint8Array(), problem: "", inner: null },
};

test("a file is named by path and type, and never has an executable extension", () => {
  /**
   * @param {string} subpath
   * @param {string} type
   * @param {string} [text]
   */
  const name = (subpath, type, text = "x") =>
    bodyFileName(
      sample({
        subpath,
        headers: [["Content-Type", type]],
        body: textBody(text),
        seq: 7,
      }),
    );
  assert.equal(name("/v1/orders", "application/json; charset=utf-8"), "orders.json");
  assert.equal(name("/report.csv", "application/octet-stream"), "report.csv");
  assert.equal(name("", "image/png", "\0"), "request-7.png");
  assert.equal(name("/a", "application/vnd.api+json"), "a.json");
  assert.equal(name("/a", "", "\0"), "a.bin");
  assert.equal(name("/page.html", "text/html"), "page-html.txt");
  assert.equal(name("/a.exe", "constructor"), "a-exe.txt");
  assert.equal(name("/..%2F..%2F.bashrc", ""), "bashrc.txt");
  assert.equal(name("/%E2%80%AEgpj.exe", "image/jpeg"), "gpj-exe.jpg");
  const part = (/** @type {string} */ fileName, type = "") =>
    partFileName({ ...PART, fileName, type });
  assert.equal(part("grey one.png", "image/png"), "grey-one.png");
  assert.equal(part("setup.exe", "text/plain"), "setup-exe.txt");
  assert.equal(part("", "image/png"), "photo.png");
  for (const [sent, saved] of [
    ["invoice.pdf.exe", "invoice-pdf-exe.bin"],
    ["x.html", "x-html.bin"],
    ["notes.lnk", "notes-lnk.bin"],
    ["invoice\u202efdp.exe", "invoice-fdp-exe.bin"],
    ["a.png\u202e.scr", "a-png-scr.bin"],
    ["report.pdf. ", "report-pdf.bin"],
    ["report.pdf::$DATA", "report-pdf-DATA.bin"],
    ["CON.txt", "CON-.txt"],
    ["lpt1", "lpt1-.bin"],
    [".htaccess", "htaccess.bin"],
    ["..", "part.bin"],
  ]) {
    assert.equal(part(sent), saved);
  }
  assert.equal(keepsExtension("photo.PNG", "photo.PNG"), true);
  assert.equal(keepsExtension("setup.exe", part("setup.exe")), false);
  assert.equal(keepsExtension("", "part.bin"), true);
  assert.equal(exportFileName("har", [sample()]), "webhooks-0b9e7a52.har");
});
