import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { openStream, parseCallbackUrl } from "../../../static/js/wire/stream.js";

const UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11";
const SERVER = "https://hooks.example.com";

test("the server and the UUID are read from the URL of a callback, of a subpath and of the page", () => {
  for (const path of ["", "/", "/orders/7?a=1#b", `/${UUID.replace("3", "4")}`]) {
    assert.deepEqual(
      parseCallbackUrl(`${SERVER}/${UUID}${path}`),
      { server: SERVER, uuid: UUID },
      path,
    );
  }
  assert.deepEqual(parseCallbackUrl(`${SERVER}/view/${UUID.toUpperCase()}`), {
    server: SERVER,
    uuid: UUID,
  });
});

test("the server includes a prefix and a port, but not a user name and a password", () => {
  const server = "http://localhost:8000/team/hooks";
  const authorization = `Basic ${Buffer.from("ada:s3cret/@").toString("base64")}`;
  for (const way of [UUID, `view/${UUID}`]) {
    const url = `http://ada:s3cret%2F%40@localhost:8000/team/hooks/${way}`;
    assert.deepEqual(parseCallbackUrl(url), { server, uuid: UUID, authorization });
  }
});

test("errors show no user name and no password", () => {
  const open = (/** @type {string} */ server) => openStream({ server, uuid: UUID }, {});
  for (const url of ["https://ada:s3cret@hooks example", "ada:s3cret/@:@hooks.example.com"]) {
    for (const act of [parseCallbackUrl, open]) {
      assert.throws(
        () => act(url),
        (/** @type {Error} */ error) => {
          assert.ok(error instanceof TypeError);
          return !/ada|s3cret/.test(inspect(error)) && error.message.includes("hooks");
        },
      );
    }
  }
});

test("the view key is read from the fragment, and never shown in an error", () => {
  const key = "AAAAAAAAAAAAAAAAAAAAAA";
  for (const path of [`/${UUID}`, `/view/${UUID}`, `/view/${UUID}?a#b=c&key=`]) {
    const url = path.endsWith("=") ? path + key : `${path}#key=${key}`;
    assert.deepEqual(parseCallbackUrl(SERVER + url), { server: SERVER, uuid: UUID, key });
  }
  assert.throws(() => parseCallbackUrl(`${SERVER}/view/x#key=${key}`), {
    message: `"${SERVER}/view/x" is not the URL of a callback, https://…/<uuid>.`,
  });
});

test("a URL that is not a callback throws a TypeError", () => {
  const wrong = [
    ...["", "nonsense", UUID, `/${UUID}`, SERVER, `${SERVER}/${UUID}x`, `${SERVER}/x${UUID}`],
    ...[`javascript:alert(1)//${UUID}`, `ftp://a/${UUID}`, `${SERVER}/?u=/${UUID}`],
  ];
  for (const url of wrong) {
    assert.throws(() => parseCallbackUrl(url), {
      name: "TypeError",
      message: /is not the URL of a callback/,
    });
  }
});
