import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "../../../static/js/wire/stream.js";

const UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11";
const SERVER = "https://hooks.example.com";

test("a place is read off the URL of a callback, of what is below it, and of its page", () => {
  for (const path of ["", "/", "/orders/7?a=1#b", `/${UUID.replace("3", "4")}`]) {
    assert.deepEqual(placeOf(`${SERVER}/${UUID}${path}`), { server: SERVER, uuid: UUID }, path);
  }
  assert.deepEqual(placeOf(`${SERVER}/view/${UUID.toUpperCase()}`), { server: SERVER, uuid: UUID });
});

test("a prefix and a port belong to the server, a name and a password do not", () => {
  const server = "http://localhost:8000/team/hooks";
  for (const way of [UUID, `view/${UUID}`]) {
    const url = `http://ada:secret@localhost:8000/team/hooks/${way}`;
    assert.deepEqual(placeOf(url), { server, uuid: UUID });
  }
});

test("what is no callback is refused with a sentence", () => {
  const wrong = [
    ...["", "nonsense", UUID, `/${UUID}`, SERVER, `${SERVER}/${UUID}x`, `${SERVER}/x${UUID}`],
    ...[`javascript:alert(1)//${UUID}`, `ftp://a/${UUID}`, `${SERVER}/?u=/${UUID}`],
  ];
  for (const url of wrong) {
    assert.throws(() => placeOf(url), {
      name: "TypeError",
      message: /is not the URL of a callback/,
    });
  }
});
