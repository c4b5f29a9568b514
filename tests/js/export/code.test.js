/** The programs in PHP, Go, Ruby, C#, Java and PowerShell: their literals and their notes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../../../static/js/body/body.js";
import { FORMATS } from "../../../static/js/export/formats.js";
import { target } from "../../../static/js/export/outgoing.js";
import { forwardUrl, targetsOf } from "../../../static/js/export/targets.js";
import { sample, UUID } from "../samples.js";

/**
 * @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../../../static/js/export/formats.js").Format} Format
 */

const ORIGIN = "http://127.0.0.1:8000";
const CALLBACK = `${ORIGIN}/${UUID}`;

/** @type {Format[]} */
const LANGUAGES = ["php", "go", "ruby", "csharp", "java", "powershell"];

/** @param {string} text */
const textBody = (text) => bodyOf(new TextEncoder().encode(text));

/**
 * @param {Format} format
 * @param {Partial<CapturedRequest>} fields
 */
const written = (format, fields) => {
  const request = sample(fields);
  return String(FORMATS[format](request, target(request, ORIGIN)));
};

/** Text that ends a literal or begins an expression in one of the languages, if it is not escaped. */
const HOSTILE = [
  '"',
  "'",
  "''",
  "\\",
  '\\"',
  "\\\\\"; system('id'); #",
  `$x ${"$"}{x} {$x} $(id) \`id\``,
  "#{`id`} #$0 #@a",
  "\\u0022 + x + \\u0022",
  "\\u005c\\u0022",
  "?><?php system('id') ?>",
  "a`0`n`$(id)",
  "\u2018; id; \u2019 \u201c; id; \u201d",
  "line\nline\r\nline\rtab\t",
  "\0\x01\x1f\x7f\x80\x9f",
  "\x01f \x010 \x7f9",
  "\u202e\u2028\u2029\ufeff 日本語 😀",
  '@\'\n\'@ @"\n"@ """ r#"',
];

/** Characters of a literal that are not escapes, and its escapes, by its language. */
const RULES = {
  php: [/[^"\\$\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, /\\(?:["\\$nrt]|x[\da-f]{2})/],
  ruby: [/[^"\\#\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, /\\(?:["\\#nrt]|x[\da-f]{2})/],
  go: [/[^"\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, /\\(?:["\\nrt]|x[\da-f]{2})/],
  csharp: [/(?!["\\])[ -~]/, /\\(?:["\\nrt]|u[\da-f]{4})/],
  java: [/(?!["\\])[ -~]/, /\\(?:["\\nrt]|u[\da-f]{4})/],
};
const BODY = {
  php: /^\$body = (.*);$/m,
  ruby: /^request\.body = (.*)$/m,
  go: /^\tbody := (.*)$/m,
  csharp: /^var body = Encoding\.UTF8\.GetBytes\((.*)\);$/m,
  java: /^ {8}byte\[\] body = (.*)\.getBytes\(StandardCharsets\.UTF_8\);$/m,
};

/**
 * Read a literal by the rules of its language.
 * @param {keyof typeof RULES} language
 * @param {string} literal
 */
function decoded(language, literal) {
  const [plain, special] = RULES[language];
  const token = new RegExp(`${plain.source}|(${special.source})`, "uy");
  const bytes = [];
  for (let at = 1; at < literal.length - 1; at = token.lastIndex) {
    token.lastIndex = at;
    const [part, escaped] = token.exec(literal) ?? assert.fail(`${literal} at ${at}`);
    if (/^\\x/.test(part)) bytes.push(Number.parseInt(part.slice(2), 16));
    else bytes.push(...new TextEncoder().encode(escaped ? inUtf16(part) : part));
  }
  assert.match(literal, /^".*"$/s);
  return Buffer.from(bytes);
}

/** @type {Record<string, string>} */
const SHORT = { n: "\n", r: "\r", t: "\t" };

/** @param {string} written */
function inUtf16(written) {
  if (written[1] !== "u") return SHORT[written[1]] ?? written[1];
  return String.fromCharCode(Number.parseInt(written.slice(2), 16));
}

/** A test of a language with units of UTF-16 cannot join pairs byte by byte. @param {string} text */
const withoutPairs = (text) => text.replace(/[\ud800-\udfff]/g, "");

for (const language of /** @type {(keyof typeof RULES)[]} */ (Object.keys(RULES))) {
  test(`${language}: a literal has the same bytes, and no content ends it`, () => {
    for (const hostile of HOSTILE) {
      const text = withoutPairs(hostile);
      const content = `${text}|${text}`;
      const body = { size: 1, encoding: /** @type {const} */ ("utf-8"), content, complete: true };
      const [, literal] = written(language, { body }).match(BODY[language]) ?? assert.fail(text);
      assert.deepEqual(decoded(language, literal), Buffer.from(content), text);
    }
  });
}

test("PowerShell: text is in single quotes, or its special characters are escaped", () => {
  const literals = HOSTILE.map((text) => {
    const line = written("powershell", {
      headers: [
        ["X-A", "-"],
        [text, "-"],
      ],
    }).split("\n");
    return line.find((each) => each.includes("[void]") && !each.includes("'X-A'")) ?? "";
  });
  const single = /^'(?:(?!')[ -~]|'')*'$/;
  const double = /^"(?:(?![`$"])[ -~]|`[`$"trn]|\$\(\[char\]\d+\))*"$/;
  for (const line of literals) {
    const literal = line.slice(line.indexOf("(") + 1, line.lastIndexOf(", [string]'-')"));
    assert.ok(single.test(literal) || double.test(literal), literal);
  }
});

test("a body for PowerShell is readable ASCII, or base64", () => {
  const bodyLine = (/** @type {string} */ text) =>
    written("powershell", { body: textBody(text) }).match(/^\$body = (.*)$/m)?.[1];
  assert.equal(bodyLine(`{"it's": $1}`), `[Text.Encoding]::ASCII.GetBytes('{"it''s": $1}')`);
  assert.equal(bodyLine('"$`\n'), '[Text.Encoding]::ASCII.GetBytes("`"`$```n")');
  assert.equal(bodyLine("\u2019"), "[Convert]::FromBase64String('4oCZ')");
});

test("no content changes the number of lines of a program", () => {
  for (const format of LANGUAGES) {
    const lines = (/** @type {string} */ text) =>
      written(format, {
        headers: [
          ["X-A", text],
          ["Content-Type", text],
        ],
        body: { size: 9, encoding: "utf-8", content: text, complete: true },
      })
        .split("\n")
        .filter((line) => !/^(#|\/\/) /.test(line)).length;
    for (const text of HOSTILE) {
      const skipped = /[^\t -~]/.test(text) && /java|powershell/.test(format) ? 2 : 0;
      const latin = /[^\t -~]/.test(text) && format === "csharp" ? -1 : 0;
      assert.equal(lines(text), lines("-") - skipped - latin, `${format} ${text}`);
    }
  }
});

test("bytes of a header line that are not ASCII are written as bytes", () => {
  const headers = /** @type {[string, string][]} */ ([["X-Latin", "caf\xe9!\x80"]]);
  assert.match(written("php", { headers }), /"X-Latin: caf\\xe9!\\x80"/);
  assert.match(written("ruby", { headers }), /"X-Latin", "caf\\xe9!\\x80"/);
  assert.match(written("go", { headers }), /"X-Latin": {"caf\\xe9!\\x80"}/);
  assert.match(written("csharp", { headers }), /"X-Latin", "caf\\u00e9!\\u0080"/);
  for (const format of /** @type {const} */ (["java", "powershell"])) {
    assert.match(written(format, { headers }), /the exact bytes of some header lines/);
    assert.doesNotMatch(written(format, { headers }), /X-Latin/);
  }
});

test("binary bodies are base64, and a missing body has a note", () => {
  const body = {
    size: 2,
    encoding: /** @type {const} */ ("base64"),
    content: "AP8=",
    complete: true,
  };
  const lost = {
    size: 2_000_000,
    encoding: /** @type {const} */ ("utf-8"),
    content: "",
    complete: false,
  };
  for (const format of LANGUAGES) {
    assert.match(written(format, { body }), /base64.*AP8=|AP8=".unpack1\("m"\)/i);
    assert.match(written(format, { body: lost }), /^(\/\/|#) The body of 2000000 bytes/m);
  }
});

test("a long text is several constants in Java", () => {
  const text = "é".repeat(70_000);
  const body = {
    size: 140_000,
    encoding: /** @type {const} */ ("utf-8"),
    content: text,
    complete: true,
  };
  const constants = written("java", { body }).match(/"[^"]*"/g) ?? [];
  assert.ok(constants.every((each) => JSON.parse(each).length * 3 <= 65_535));
});

test("notes name the differences that a client makes", () => {
  const headers = /** @type {[string, string][]} */ ([
    ["x-b", "1"],
    ["X-B", "2"],
    ["Accept", "3"],
  ]);
  for (const [format, notes] of /** @type {[Format, RegExp[]][]} */ ([
    ["php", []],
    ["go", [/Go sorts header lines/]],
    ["ruby", [/names of header lines as X-Name/, /joins header lines with the same name/]],
    ["csharp", [/in its own case/, /joins header lines/]],
    ["java", [/sorts header lines/, /differ only in their case/, /adds a User-Agent/]],
    ["powershell", [/in its own case/, /joins header lines/]],
  ])) {
    const found = written(format, { headers }).match(/^(\/\/|#) .*$/gm) ?? [];
    assert.equal(found.length, notes.length, format);
    for (const note of notes) assert.match(found.join("\n"), note);
  }
});

test("a URL that a client would change is sent unchanged, or has a note", () => {
  const odd = { path: `/${UUID}/../a#b`, subpath: "/../a#b", query_string: "[x]=%zz" };
  assert.match(written("php", odd), /CURLOPT_REQUEST_TARGET => "\/.*\/\.\.\/a#b\?\[x\]=%zz"/);
  assert.match(written("go", odd), /request\.URL\.Opaque = "\/.*\/\.\.\/a#b\?\[x\]=%zz"/);
  assert.match(written("ruby", odd), /true, "\/.*\/\.\.\/a\\#b\?\[x\]=%zz"\)/);
  assert.match(written("csharp", odd), /DangerousDisablePathAndQueryCanonicalization = true/);
  assert.match(written("java", odd), /java\.net\.URI refuses this URL/);
  assert.match(written("powershell", odd), /System\.Uri may rewrite this URL/);
});

test("a copied request goes to the callback, to the sender's URL or to the user's machine", () => {
  const request = sample({
    path: `/${UUID}/a`,
    subpath: "/a",
    query_string: "b",
    host: "hooks.test",
  });
  assert.deepEqual(targetsOf(request, ORIGIN, "3000"), [
    { value: "callback", label: "This callback", url: `${CALLBACK}/a?b` },
    { value: "sender", label: "https://hooks.test", url: `https://hooks.test/${UUID}/a?b` },
    { value: "forward", label: "http://localhost:3000", url: "http://localhost:3000/a?b" },
  ]);
  const forged = sample({ host: "a/'; id" });
  assert.deepEqual(
    targetsOf(forged, ORIGIN, "").map(({ value }) => value),
    ["callback"],
  );
  const foreign = sample({ uuid: "", path: "/a", subpath: "/a", host: "shop.test" });
  assert.deepEqual(targetsOf(foreign, ORIGIN, ""), [
    { value: "sender", label: "https://shop.test", url: "https://shop.test/a" },
  ]);
});

test("a port or an address without a scheme is a URL on this machine", () => {
  for (const [text, url] of [
    ["3000", "http://localhost:3000"],
    [":3000", "http://localhost:3000"],
    [" localhost:3000/hooks/ ", "http://localhost:3000/hooks"],
    ["https://dev.test", "https://dev.test"],
    ["http://a'b", ""],
    ["http://user@a", ""],
    ["http://a/?b", ""],
    ["ftp://a", ""],
    ["99999999", ""],
    ["", ""],
  ]) {
    assert.equal(forwardUrl(text), url, text);
  }
});
