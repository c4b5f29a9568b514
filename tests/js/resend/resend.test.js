import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { explain } from "../../../static/js/resend/problems.js";
import {
  blockedReason,
  differences,
  isReachable,
  methodSupport,
  parseTarget,
  send,
  splitHeaders,
  targetText,
} from "../../../static/js/resend/resend.js";
import { subpathAndQuery } from "../../../static/js/wire/captured.js";
import { sample } from "../samples.js";

/** @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest */

const PAGE = "https://hooks.example.com";

/** @type {[string, string][]} */
const HEADERS = [
  ["Host", "hooks.example.com"],
  ["Content-Type", "application/json"],
  ["content-length", "2"],
  ["X-Dup", "1"],
  ["X-Dup", "2"],
  ["Sec-Fetch-Mode", "cors"],
  ["Proxy-Anything", "x"],
  ["X-HTTP-Method-Override", "PATCH"],
  ["X-HTTP-Method-Override", "get, TRACE"],
];

/** @type {(name: string) => Error} */
const failed = (name) => Object.assign(new Error("failed"), { name });

/**
 * @param {string} url
 * @param {Partial<CapturedRequest>} [fields]
 */
const why = (url, fields, { name = "TypeError", origin = PAGE } = {}) =>
  explain(failed(name), { url: new URL(url), request: sample(fields), origin });

test("headers that the Fetch Standard reserves for the browser are left out, each listed once", () => {
  const { allowed, omitted } = splitHeaders(sample({ headers: HEADERS }));
  assert.deepEqual(allowed, [HEADERS[1], HEADERS[3], HEADERS[4], HEADERS[7]]);
  assert.deepEqual(omitted, [
    "Host",
    "content-length",
    "Sec-Fetch-Mode",
    "Proxy-Anything",
    "X-HTTP-Method-Override",
  ]);
});

test("names that only begin like forbidden ones can be set", () => {
  /** @type {[string, string][]} */
  const headers = ["Date-Sent", "Hostname", "Security", "Cookies", "X-Host"].map((name) => [
    name,
    "",
  ]);
  assert.deepEqual(splitHeaders(sample({ headers })).omitted, []);
});

test("some methods can't be sent at all, and some have no body", () => {
  assert.deepEqual(methodSupport("trace"), { send: false, hasBody: true });
  assert.deepEqual(methodSupport("HEAD"), { send: true, hasBody: false });
  assert.deepEqual(methodSupport("PROPFIND"), { send: true, hasBody: true });
});

test("a request that a page cannot send has a reason", () => {
  const lost = { size: 2_000_000, encoding: /** @type {const} */ ("utf-8"), content: "" };
  assert.match(blockedReason(sample({ method: "CONNECT" })), /not allow pages to send this method/);
  assert.match(blockedReason(sample({ body: { ...lost, complete: false } })), /was not kept/);
  assert.equal(blockedReason(sample()), "");
});

test("differences between the captured and the sent request are listed", () => {
  const body = { size: 1, encoding: /** @type {const} */ ("utf-8"), content: "a", complete: true };
  const headers = /** @type {[string, string][]} */ ([...HEADERS, ["User-Agent", "Stripe"]]);
  const listed = differences(sample({ method: "GET", headers, body }));
  assert.match(listed[0], /left out: Host, content-length,/);
  assert.match(listed[1], /own User-Agent/);
  assert.match(listed[2], /joined with commas/);
  assert.match(listed[3], /without the body, because browsers do not send one with GET/);
  assert.deepEqual(differences(sample({ headers: [["Accept", "*/*"]] })), []);
});

test("the first target is localhost, with the subpath and the query", () => {
  const order = sample({ subpath: "/orders", query_string: "a=1" });
  assert.equal(targetText(order, null), "http://localhost:3000/orders?a=1");
  assert.equal(targetText(sample(), null), "http://localhost:3000/");
});

test("an unusual target becomes an equivalent URL, or the difference is listed", () => {
  const target = (/** @type {string} */ path, query_string = "") =>
    sample({ subpath: path, query_string });
  const base = "http://localhost:3000";
  for (const [request, text] of /** @type {[CapturedRequest, string][]} */ ([
    [target("/a#b", "c#d"), "/a%23b?c%23d"],
    [target("/a\\..\\b"), "/a%5C..%5Cb"],
    [target("//evil.example/a"), "//evil.example/a"],
    [target("/Z\xc3\xbcrich", "\x9b"), "/Z%C3%BCrich?%9B"],
    [target("/a/../b"), "/a/../b"],
    [target("/%zz%", "%"), "/%zz%?%"],
  ])) {
    assert.equal(targetText(request, null), base + text);
    assert.equal(parseTarget(targetText(request, null))?.origin, base);
    const changed = new URL(base + text).href !== base + subpathAndQuery(request);
    assert.equal(/browser rewrites/.test(differences(request).join()), changed, text);
  }
});

test("an entered URL stays, with the path of the next request if it had the path of the last", () => {
  const order = sample({ subpath: "/orders", query_string: "a=1" });
  const refund = sample({ subpath: "/refunds" });
  const based = { text: "http://localhost:5000/hooks/orders?a=1", request: order };
  assert.equal(targetText(refund, based), "http://localhost:5000/hooks/refunds");
  const fixed = { text: "http://localhost:5000/webhook", request: order };
  assert.equal(targetText(refund, fixed), "http://localhost:5000/webhook");
});

test("text that is not a supported URL is rejected", () => {
  assert.equal(parseTarget("http://localhost:3000/a")?.pathname, "/a");
  assert.equal(parseTarget("localhost:3000/a?b")?.href, "http://localhost:3000/a?b");
  for (const text of [
    "",
    "localhost:99999",
    "mailto:a",
    "/a",
    "ftp://a/",
    "http://a:b@c/",
    "http://",
  ]) {
    assert.equal(parseTarget(text), null, text);
  }
});

test("a response without preflight needs one header to be readable", () => {
  const { messages, headers, canProbe } = why("http://localhost:3000/", {
    headers: [
      ["Accept", "text/html,*/*;q=0.8"],
      ["Content-Type", "text/plain; charset=utf-8"],
    ],
  });
  assert.deepEqual(headers, [["Access-Control-Allow-Origin", PAGE]]);
  assert.match(messages.join(" "), /may still have received/);
  assert.ok(canProbe);
});

test("the headers of a preflight name the method and the headers to allow", () => {
  const { messages, headers } = why("https://api.example.com/", {
    method: "put",
    headers: HEADERS,
  });
  assert.deepEqual(headers, [
    ["Access-Control-Allow-Origin", PAGE],
    ["Access-Control-Allow-Methods", "PUT"],
    ["Access-Control-Allow-Headers", "content-type, x-dup, x-http-method-override"],
  ]);
  assert.match(messages.join(" "), /with OPTIONS/);
});

test("a safelisted header with another value needs permission", () => {
  /** @type {[string, string, boolean][]} */
  const cases = [
    ["Content-Type", "application/x-www-form-urlencoded", true],
    ["Content-Type", "multipart/form-data; boundary=x", true],
    ["Content-Type", 'text/plain; charset="utf-8"', false],
    ["Content-Type", "text/plainer", false],
    ["Accept", "a(b", false],
    ["Accept", "x".repeat(129), false],
    ["Accept-Language", "en-US,en;q=0.5", true],
    ["Accept-Language", "en_US", false],
  ];
  for (const [name, value, simple] of cases) {
    const { headers } = why("https://api.example.com/", { headers: [[name, value]] });
    assert.equal(headers.length === 1, simple, `${name}: ${value}`);
  }
});

test("mixed content has its own explanation, except for localhost", () => {
  const mixed = why("http://192.168.1.5:3000/");
  assert.match(
    mixed.messages.join(" "),
    /has https.*blocks requests to http:\/\/192\.168\.1\.5:3000/,
  );
  assert.deepEqual(mixed.headers, []);
  for (const host of ["localhost", "127.0.0.1", "[::1]", "app.localhost"]) {
    assert.equal(why(`http://${host}:3000/`).headers.length, 1, host);
  }
  assert.equal(why("http://example.com/", {}, { origin: "http://page.example" }).headers.length, 1);
});

test("a port that browsers block is named", () => {
  const { messages, canProbe } = why("http://localhost:6000/");
  assert.match(messages.join(" "), /block port 6000/);
  assert.ok(!canProbe);
});

test("a remote page may need permission for this computer and its network", () => {
  const restricted = /ask you for permission/;
  assert.match(why("http://localhost:3000/").messages.join(" "), restricted);
  assert.match(why("https://10.1.2.3/").messages.join(" "), restricted);
  assert.doesNotMatch(why("https://example.com/").messages.join(" "), restricted);
  const origin = "http://localhost:8000";
  assert.doesNotMatch(why("http://localhost:3000/", {}, { origin }).messages.join(" "), restricted);
});

test("time-outs and cancelled requests have messages", () => {
  assert.match(why("https://a/", {}, { name: "TimeoutError" }).messages[0], /within 30 seconds/);
  assert.match(why("https://a/", {}, { name: "AbortError" }).messages[0], /Cancelled/);
});

test("for the page's own origin, the explanation is not CORS", () => {
  const { messages, canProbe } = why(`${PAGE}/x`);
  assert.deepEqual(messages, [`No server responds at ${PAGE}.`]);
  assert.ok(!canProbe);
});

/** @type {{method?: string, url?: string, headers: string[], body: Buffer}[]} */
const received = [];
const target = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, url, rawHeaders: headers } = request;
  received.push({ method, url, headers, body: Buffer.concat(chunks) });
  if (url === "/silent") return;
  if (url === "/broken") {
    response.writeHead(200, { "Content-Length": "100" }).write("begun");
    return target.once("read", () => response.destroy());
  }
  if (url === "/large") return response.end("é".repeat(100_000));
  if (url === "/away") return response.writeHead(302, { Location: "/" }).end();
  response.writeHead(404, { "X-Response": "42" }).end("no such thing");
});
let base = "";

before(async () => {
  await new Promise((resolve) => target.listen(0, "127.0.0.1", () => resolve(null)));
  const address = /** @type {import("node:net").AddressInfo} */ (target.address());
  base = `http://127.0.0.1:${address.port}`;
});

after(() => {
  target.closeAllConnections();
  target.close();
});

/**
 * @param {string} path
 * @param {Partial<CapturedRequest>} [fields]
 */
const resend = (path, fields, controller = new AbortController()) =>
  send({ url: new URL(base + path), request: sample(fields), origin: PAGE }, controller);

test("method, path, headers and every byte arrive", async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const content = bytes.toString("base64");
  const response = await resend("/a%2Fb?x=1&x=2", {
    method: "PROPFIND",
    headers: [["X-Key", "café"]],
    body: { size: 256, encoding: "base64", content, complete: true },
  });
  const { method, url, headers, body } = /** @type {typeof received[0]} */ (received.at(-1));
  assert.deepEqual([method, url], ["PROPFIND", "/a%2Fb?x=1&x=2"]);
  assert.equal(headers[headers.findIndex((name) => name.toLowerCase() === "x-key") + 1], "café");
  assert.deepEqual(body, bytes);
  assert.deepEqual([response.status, response.reason], [404, "Not Found"]);
  assert.ok(response.headers.some(([name, value]) => name === "x-response" && value === "42"));
  assert.equal(response.body.content, "no such thing");
  assert.ok(response.milliseconds > 0);
});

test("only the beginning of a large body is kept", async () => {
  const { body } = await resend("/large");
  assert.ok(!body.complete);
  assert.equal(body.size, 65_536);
  assert.equal(body.content, "é".repeat(32_768));
});

test("the received part of a truncated body is kept", async (t) => {
  const { read } = ReadableStreamDefaultReader.prototype;
  // An error discards data that was not read yet, so the target waits for the read.
  /** @this {ReadableStreamDefaultReader} */
  async function readAndReport() {
    const piece = await read.call(this);
    target.emit("read");
    return piece;
  }
  t.mock.method(ReadableStreamDefaultReader.prototype, "read", readAndReport);
  const { body } = await resend("/broken");
  assert.deepEqual([body.content, body.complete], ["begun", false]);
});

test("a redirect is not followed", async () => {
  const before = received.length;
  const { status } = await resend("/away");
  assert.ok(status === 302 || status === 0); // browsers hide it, Node does not
  assert.equal(received.length, before + 1);
});

test("a cancelled request ends", async () => {
  const controller = new AbortController();
  const sent = resend("/silent", {}, controller);
  controller.abort();
  await assert.rejects(sent, { name: "AbortError" });
});

test("the check for a response does not send the request", async () => {
  assert.ok(await isReachable(new URL(`${base}/orders?a=1`)));
  const { method, url } = /** @type {typeof received[0]} */ (received.at(-1));
  assert.deepEqual([method, url], ["HEAD", "/"]);
  assert.ok(!(await isReachable(new URL("http://127.0.0.1:1/"))));
});
