import assert from "node:assert/strict";
import { test } from "node:test";
import { linkFrom } from "../../../static/js/text/pasted-link.js";

const KEY = "AAAAAAAAAAAAAAAAAAAAAA";
const OTHER = "0b9e7a52-6c1d-8f0e-9d53-2f6f5c1a7e10";
const here = {
  server: "https://hooks.example.com/team",
  uuid: "dab4b7e8-9783-8a7c-87b8-8657aef61edf",
};
const LINK = `${here.server}/view/${here.uuid}#key=${KEY}`;

test("a complete link, its end and its key all lead to the callback", () => {
  for (const text of [LINK, ` ${LINK}\n`, KEY, `#key=${KEY}`, `key=${KEY}`, `…edf#key=${KEY}`]) {
    assert.deepEqual(linkFrom(text, here), { link: LINK }, text);
  }
  const copied = [
    `<${LINK}>`,
    `${LINK}.`,
    `(${LINK})`,
    `Watch: "${LINK}"`,
    LINK.replace("#", "%23"),
  ];
  for (const text of [...copied, `${KEY}.`, `#key=${KEY}.`]) {
    assert.deepEqual(linkFrom(text, here), { link: LINK }, text);
  }
  const other = `${here.server}/view/${OTHER}#key=${KEY}`;
  assert.deepEqual(linkFrom(other, here), { link: other });
  assert.deepEqual(linkFrom(`${here.server}/${OTHER.toUpperCase()}#key=${KEY}`, here), {
    link: other,
  });
});

test("for every other text, the problem is named", () => {
  const problems = {
    "": /Paste/,
    nonsense: /neither a link nor a key/,
    [here.uuid]: /neither a link nor a key/,
    [`${here.server}/${here.uuid}`]: /no key.*URL for senders/,
    [LINK.slice(0, -1)]: /not complete.*22 characters/,
    [`#key=${KEY}A`]: /22 characters/,
    [LINK.replace("/team", "")]: /not a link of this server, hooks\.example\.com/,
    [LINK.replace("https:", "javascript:")]: /not a link of this server/,
    [LINK.replace("/team", "/team2")]: /not a link of this server/,
    [`${here.server}/view/#key=${KEY}`]: /not the link of a callback/,
  };
  for (const [text, problem] of Object.entries(problems)) {
    const { link, problem: found = "" } = linkFrom(text, here);
    assert.equal(link, undefined, text);
    assert.match(found, problem, text);
  }
});
