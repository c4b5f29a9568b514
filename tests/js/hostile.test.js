/**
 * Check that every parser of untrusted headers, targets and bodies takes about twice as many steps for
 * hostile input of twice the length.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
// First, because it counts only code that is loaded later.
import { growth, regexesOf, stepsOf } from "./work.js";

/** @param {string} name */
const load = (name) => import(`../../static/js/${name}.js`);

const { analyse } = await import("scslre");
const { chunksOf, joinLines, viewsOf } = await load("body/body");
const { mediaType, pathSegments, queryParameters } = await load("wire/captured");
const { read } = await load("body/charset");
const { compare } = await load("compare/compare");
const { codingsOf, decodeContent } = await load("body/content-coding");
const { visible } = await load("text/format");
const { matches } = await load("state/filter");
const { parse } = await load("state/filter-parser");
const { fieldsOf } = await load("body/form");
const { parametersOf } = await load("body/header-parameters");
const { operationInQuery, operationsInJson } = await load("body/graphql");
const { highlight, highlightGraphql } = await load("body/highlight");
const { decodeMsgpack } = await load("body/msgpack");
const { piecesOfSource, rowsOfTree, search } = await load("body/search");
const { imageSize } = await load("body/image-size");
const { findJsonError } = await load("body/json-error");
const { indented } = await load("body/json-indent");
const { linesOfJson } = await load("body/json-lines");
const { rootInside } = await load("body/json-inside");
const { hasRecords, recordsOf } = await load("body/json-records");
const { childrenOf, rootOf, rootOfRecords, initiallyExpanded } = await load("body/json-tree");
const { timesOf, tokensOf, validityOf } = await load("text/jwt");
const { partsOf } = await load("body/multipart");
const { readerOf } = await load("body/part-text");
const { previewDocument } = await load("components/html-preview");
const { differences } = await load("resend/resend");
const { Retries } = await load("state/retries");
const { publicKeyOf } = await load("providers/public-keys");
const { check } = await load("providers/signature");
const { SIGNERS } = await load("providers/signature-choice");
const registry = await load("providers/registry");
const { findHandshake } = await load("providers/handshake");
const { recognise } = await load("providers/recognise");
const { summarise } = await load("providers/summary");
const { FORMATS } = await load("export/formats");
const { harEntry } = await load("export/har");
const { bodyFileName, partFileName } = await load("export/file-name");
const { marked } = await load("text/marks");
const { piecesOf, sentDate } = await load("text/timestamps");
const { sample } = await import("./samples.js");

const SIZE = 2 * 1024;
const MAX_GROWTH = 2.6;

/** Repeated, and followed by END, which makes a match fail at the end. */
const PIECES = [
  ..."- ;,=&%<>[]{}\"'\\/.:1\n\t*$`A",
  ...'a- |; |, |a=|a=b;|&a=1|%41|%E4|%E4%B8|\\"|\r\n|=\r\n|é|\u202e|😀'.split("|"),
  ..."<a |<a b='|<a b=\"|<!--|<![CDATA[|<?|</a>|<a>|<!DOCTYPE a[|&amp;".split("|"),
  ...'<!DOCTYPE a[<!b>|<!DOCTYPE a[x|]|]>|{"charsets":'.split("|"),
  ...'[1,|[[],|{"a":|"a",|1.|1e|1763786460 |1763786460.|eyJ|eyJaaaa.|eyJaaaa.aaaa.|.a|a.'.split(
    "|",
  ),
  ...'t=1,|v1=aa,|v1,aa |gzip,|--b|--b\r\n|--b\r\n\r\n|filename=|a/b;x="'.split("|"),
];
const END = "x\0";

/**
 * @param {string} content
 * @returns {import("../../static/js/wire/captured.js").Body}
 */
const body = (content) => ({ size: content.length, encoding: "utf-8", content, complete: true });

/** @param {string} text */
const bytes = (text) => new TextEncoder().encode(text);

/**
 * A signature of each format in the registry, with its provider.
 * @type {{signature: any, provider: any}[]}
 */
const SIGNATURES = [
  ...new Map(
    SIGNERS.flatMap((/** @type {any} */ provider) =>
      registry
        .signaturesOf(provider)
        .map((/** @type {any} */ signature) => [formatOf(signature), { signature, provider }]),
    ),
  ).values(),
];

/** @param {import("../../static/js/providers/registry.js").Signature} signature */
function formatOf({ kind, at, pairs, list, encoding, timestamp }) {
  return JSON.stringify([kind, at.split(":")[0], pairs, list, encoding, timestamp?.unit]);
}

/**
 * @param {import("../../static/js/providers/registry.js").Signature} signature
 * @param {string} text
 */
const signed = ({ at, prefix = "", timestamp, signed: template = "" }, text) =>
  sample({
    headers: [
      [at.replace("header:", ""), prefix + text],
      [timestamp?.at.replace("header:", "") ?? "x", "1763786460"],
      ...[...template.matchAll(/\{header:([^}]+)\}/g)].map(
        ([, name]) => /** @type {[string, string]} */ ([name, text]),
      ),
    ],
    body: body("{}"),
  });

/** The search of a filter. */
const TERMS = parse("zzz -yyy header:x=zzz query:zzz | query:x=zzz").clauses;

const ENTERED = {
  secret: "whsec_AAAA",
  url: "https://a/b",
  header: "x-signature",
  signed: "{body}",
};

/** @type {string[]} */
const HEADERS_OF_PROVIDERS = ["content-type", "soapaction", "user-agent"];

/** @type {Record<string, (text: string) => unknown>} */
const HEADERS = {
  "the media type": (text) => mediaType(sample({ headers: [["content-type", text]] })),
  "a header's parameters": (text) => parametersOf(`a/b;${text}`),
  "content codings": (text) =>
    codingsOf(sample({ headers: [["content-encoding", text]], body: body("x") })),
  "tokens in a header": (text) => tokensOf(sample({ headers: [["authorization", text]] })),
  "invisible characters": visible,
  timestamps: piecesOf,
  "a multipart body's boundary": (text) =>
    partsOf(bytes(`--${text}\r\n\r\n1`), `multipart/mixed; boundary=${text}`),
  "changes on resending": (text) => differences(sample({ headers: [[text, text]] })),
  "the file name of a part": (text) => partFileName({ fileName: text, name: "", type: "" }),
  "the text of a filter": (text) => parse(text.slice(0, 1000)),
  "marked words": (text) => marked(text, ["a", "é", text.slice(0, 20)]),
  "a provider's headers": (text) =>
    summarise(sample({ headers: HEADERS_OF_PROVIDERS.map((name) => [name, text]) })),
  "a provider's timestamp": sentDate,
  "repeated deliveries": (text) => {
    const retries = new Retries();
    for (const seq of [1, 2]) retries.add(sample({ seq, headers: [["webhook-id", text]] }));
  },
  signatures: (text) =>
    Promise.all(
      SIGNATURES.map(({ signature, provider }) =>
        check(signed(signature, text), provider, ENTERED),
      ),
    ),
  "a template of the user": (text) =>
    check(sample({ headers: [["x-signature", "00"]] }), SIGNERS.at(-1), {
      ...ENTERED,
      signed: text,
    }),
  "a public key": publicKeyOf,
};

/** @type {Record<string, (text: string) => unknown>} */
const TARGETS = {
  "the path": (text) => {
    const request = sample({ subpath: `/${text}` });
    return [pathSegments(request), bodyFileName(request), tokensOf(request)];
  },
  "the query": (text) => queryParameters(text),
  "GraphQL in the query": (text) => operationInQuery(`query={${text}&variables={${text}`),
  "two queries": (text) => compare(sample({ query_string: text }), sample({ query_string: "a" })),
  "a filter on the target": (text) =>
    matches(TERMS, sample({ subpath: `/${text}`, query_string: text })),
};

/** @type {Record<string, (text: string) => unknown>} */
const BODIES = {
  views: (text) =>
    ["", "application/json", "text/xml", "text/html"].map((type) => viewsOf(body(text), type)),
  JSON: findJsonError,
  "a string in JSON": (text) => rootInside(rootOf(JSON.stringify(text))),
  "records of JSON": (text) => [
    hasRecords(text, ""),
    initiallyExpanded(rootOfRecords(text, recordsOf(text))),
  ],
  "text in a charset": (text) =>
    ["text/xml", "text/html", "text/plain; charset=utf-16", "a/b; charset=gbk"].map((type) =>
      read(bytes(text), type),
    ),
  "a form": (text) => fieldsOf(bytes(text), "a/b; charset=gbk", 1000),
  "text of parts": (text) => {
    const { parts } = partsOf(bytes(`--b\r\n\r\n${text}\r\n--b\r\n\r\n--b--`), "a/b; boundary=b");
    parts.map(readerOf(parts));
  },
  XML: (text) => all(chunksOf(body(text), "xml")),
  "text in chunks": (text) => all(chunksOf(body(text), "text")),
  "highlighted markup": highlight,
  "highlighted GraphQL": highlightGraphql,
  "GraphQL in JSON": (text) => operationsInJson(JSON.stringify({ query: text, variables: text })),
  MessagePack: (text) => {
    try {
      decodeMsgpack(Buffer.from(text, "latin1"));
    } catch {
      // Not valid.
    }
  },
  "a search": (text) => {
    for (const needle of [text.slice(0, 20), "x", `${text.slice(0, 20)}y`]) {
      all(search(piecesOfSource([text, text], true), needle));
    }
  },
  "a preview": previewDocument,
  "tokens in a body": (text) => tokensOf(sample({ body: body(text) })),
  "a multipart body": (text) => partsOf(bytes(`--b\r\n${text}`), "multipart/mixed; boundary=b"),
  "a part in base64 or quoted-printable": (text) =>
    ["base64", "quoted-printable"].map((encoding) =>
      partsOf(
        bytes(`--b\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${text}\r\n--b--`),
        "multipart/mixed; boundary=b",
      ),
    ),
  "an image's size": (text) =>
    ["\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF89a01234\x80", "RIFF0123WEBPVP8 "].map((head) =>
      imageSize(Buffer.from(head + text, "latin1")),
    ),
  "two bodies": (text) =>
    compare(sample({ body: body(text) }), sample({ body: body(`x${text.slice(1)}y`) })),
  "a filter on the body": (text) => matches(TERMS, sample({ body: body(text) })),
  "a request of a provider": (text) => recognise(sample({ body: body(text) })),
  "a handshake": (text) =>
    ["POST", "OPTIONS"].map((method) => findHandshake(sample({ method, body: body(text) }))),
  "a summary": (text) =>
    ["", "application/x-www-form-urlencoded", "application/soap+xml", "application/graphql"].map(
      (type) => summarise(sample({ headers: [["content-type", type]], body: body(text) })),
    ),
  "every export": (text) => {
    const request = sample({ body: body(text) });
    for (const write of Object.values(FORMATS)) write(request, "https://hooks.example.com/");
    harEntry(request, "https://hooks.example.com");
  },
};

/** @param {Iterable<unknown>} iterable */
function all(iterable) {
  return [...iterable].length;
}

for (const [name, parse] of Object.entries({ ...HEADERS, ...TARGETS, ...BODIES })) {
  test(`input of twice the length takes twice as many steps: ${name}`, async () => {
    for (const piece of PIECES) {
      const work = (/** @type {number} */ size) => () =>
        parse(piece.repeat(size / piece.length) + END);
      const grown = await growth(work, SIZE);
      assert.ok(grown <= MAX_GROWTH, `${JSON.stringify(piece)} grows ${grown} times`);
    }
  });
}

const OPEN = (/** @type {number} */ size) => "[".repeat(size / 2) + "]".repeat(size / 2);

/** @type {Record<string, (size: number) => string>} valid JSON */
const JSONS = {
  deep: OPEN,
  "deep objects": (size) => '{"a":'.repeat(size / 6) + 1 + "}".repeat(size / 6),
  wide: (size) => `[${"1,".repeat(size / 2)}1]`,
  "a long string": (size) => JSON.stringify("\\\n".repeat(size / 4)),
  "many keys": (size) =>
    `{${Array.from({ length: size / 16 }, (_, at) => `"k${at}":[${at}]`).join(",")}}`,
};

/** @type {Record<string, (json: string) => unknown>} */
const JSON_PARSERS = {
  "is checked": findJsonError,
  "opens as a tree": (json) => initiallyExpanded(rootOf(json)),
  "is searched": (json) => all(search(rowsOfTree(rootOf(json)), "1")),
  "is indented": (json) => all(joinLines(indented(json))),
  "is compared": linesOfJson,
  "is in a string": (json) => rootInside(rootOf(JSON.stringify(JSON.stringify(json)))),
  "is a token's payload": (json) => {
    const part = Buffer.from(json).toString("base64url");
    const request = sample({ headers: [["Authorization", `eyJhIjoxfQ.${part}.x`]] });
    for (const { payload, claims } of tokensOf(request)) {
      timesOf(claims, request.received_at);
      validityOf(claims, request.received_at);
      all(indented(payload));
    }
  },
};

for (const [name, parse] of Object.entries(JSON_PARSERS)) {
  test(`JSON of twice the length takes twice as many steps when it ${name}`, async () => {
    for (const [kind, make] of Object.entries(JSONS)) {
      const grown = await growth((size) => () => parse(make(size)), SIZE);
      assert.ok(grown <= MAX_GROWTH, `${kind} grows ${grown} times`);
    }
  });
}

test("many boundaries, nested parts and a boundary like its body take linear time", async () => {
  const long = `multipart/mixed; boundary=${"-".repeat(70)}`;
  const nested = "multipart/mixed; boundary=b";
  /** @type {[type: string, make: (size: number) => string][]} */
  const cases = [
    [long, (size) => "-".repeat(size)],
    [long, (size) => `${"-".repeat(71)}\n`.repeat(size / 72)],
    [nested, (size) => `--b\r\nContent-Type: ${nested}\r\n\r\n`.repeat(size / 48)],
    [nested, (size) => "--b\n\n\n".repeat(size / 6)],
    [nested, (size) => `--b\r\n${"a: b\r\n".repeat(size / 6)}`],
  ];
  for (const [type, make] of cases) {
    const grown = await growth((size) => () => partsOf(bytes(make(size)), type), SIZE);
    assert.ok(grown <= MAX_GROWTH, `${type.slice(0, 40)} grows ${grown} times`);
  }
});

test("bodies of a megabyte are compared in a bounded number of steps", async () => {
  const deep = 60_000;
  const pairs = [
    [`[${"1,".repeat(200_000)}1]`, `[${"1,".repeat(200_000)}2]`],
    ["a\n".repeat(500_000), "b\n".repeat(500_000)],
    [`${"\n".repeat(1e6)}a`, `b${"\n".repeat(1e6)}`],
    [`${"x".repeat(1e6)}a`, `${"x".repeat(1e6)}b`],
    [`${"[".repeat(deep)}1${"]".repeat(deep)}`, `${"[".repeat(deep)}2${"]".repeat(deep)}`],
  ];
  for (const [left, right] of pairs) {
    const steps = await stepsOf(() =>
      compare(sample({ body: body(left) }), sample({ body: body(right) })),
    );
    assert.ok(steps < 20e6, `${steps} steps for ${left.slice(0, 10)}`);
  }
});

test("a boundary of 60,000 characters is rejected without a search", () => {
  const { parts, problem } = partsOf(
    bytes("-".repeat(2 ** 20)),
    `multipart/mixed; boundary=${"-".repeat(60_000)}`,
  );
  assert.deepEqual(parts, []);
  assert.match(problem, /70/);
});

test("only the beginning of a token with 20,000 levels is shown", async () => {
  const part = Buffer.from(`{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`).toString(
    "base64url",
  );
  const [{ payload }] = tokensOf(sample({ headers: [["Authorization", `eyJhIjoxfQ.${part}.x`]] }));
  const { beginningOf } = await load("text/excerpt");
  const text = beginningOf(indented(payload), 8000);
  assert.ok(text.startsWith('{\n  "a": ['));
  assert.equal(text.length, 8001);
});

test("JSON in a string in a string is opened to a depth of eight", () => {
  let json = '{"a": 1}';
  for (let depth = 0; depth < 10; depth++) json = JSON.stringify({ a: json });
  let opened = 0;
  for (let root = rootOf(json); root; opened++) root = rootInside([...childrenOf(root)][0]);
  assert.equal(opened - 1, 8);
});

test("a body with many content codings is not decoded", async () => {
  const { problem } = await decodeContent(bytes("x"), Array(1000).fill("gzip"));
  assert.match(problem, /more than 4 content codings/);
});

test("no pattern of the registry takes superlinear time", () => {
  for (const pattern of patternsIn(registry.PROVIDERS)) {
    const { reports } = analyse({ source: pattern, flags: "" });
    assert.deepEqual(reports.map(faultOf), [], pattern);
  }
});

/**
 * Yield the patterns of all rules.
 * @param {any} value  a part of the registry
 * @returns {Generator<string>}
 */
function* patternsIn(value) {
  for (const [key, each] of Object.entries(value)) {
    if (["certain", "likely", "possible"].includes(key)) yield* each.flatMap(patternsOf);
    else if (key === "when") yield* patternsOf(each);
    else if (key === "hosts") yield each;
    else if (typeof each === "object") yield* patternsIn(each);
  }
}

/** @param {import("../../static/js/providers/registry.js").Rule} rule */
function patternsOf({ subpath = "", headers, query, form, json }) {
  const named = [headers, query, form, json].flatMap((each) => Object.values(each ?? {}));
  return [subpath, ...named].filter(Boolean);
}

test("no regular expression takes superlinear time on untrusted text", async () => {
  const regexes = await regexesOf(async () => {
    for (const parse of Object.values({ ...HEADERS, ...TARGETS, ...BODIES })) {
      for (const piece of PIECES) await parse(piece.repeat(4));
    }
  });
  assert.ok(regexes.size > 20, "no regular expression ran");
  for (const literal of regexes) {
    const end = literal.lastIndexOf("/");
    const { reports } = analyse({ source: literal.slice(1, end), flags: literal.slice(end + 1) });
    assert.deepEqual(reports.map(faultOf), [], literal);
  }
});

/** Describe the input that makes a pattern slow. @param {import("scslre").Report} report */
function faultOf({ type, character }) {
  return `${type} of ${JSON.stringify(character.pick)}`;
}
