/**
 * Read `{"requests": […], "signed": [{"request", "provider", "fields"}], "samples": [{"provider", "secret"}],
 * "url", "now"}` and write the page's results: the recognition, summary and handshake of each request, the
 * verdict on each signature, and a sample of each provider, signed.
 */

import { text } from "node:stream/consumers";
import { GENERIC } from "../../static/js/providers/generic.js";
import {
  canSign,
  check,
  handshakeResponse,
  PROVIDERS,
  providerOf,
  recognise,
  samplesOf,
  sign,
  summarise,
} from "./providers/page.js";

const { requests, signed, samples, url, now } = JSON.parse(await text(process.stdin));

/** @param {any} request */
function recognition(request) {
  const found = recognise(request);
  return found && { ...found, provider: found.provider.id };
}

/** @param {any} case_ */
function verdict({ request, provider, fields }) {
  return check(request, providerOf(provider) ?? GENERIC, fields);
}

/** @param {any} case_ */
async function signedSample({ provider: id, secret }) {
  const provider = PROVIDERS.find((each) => each.id === id) ?? GENERIC;
  const samples = await samplesOf(id, url, now);
  const outgoing = samples.find((each) => canSign(provider, each));
  return outgoing ? sign(outgoing, provider, { secret }, now) : null;
}

process.stdout.write(
  JSON.stringify({
    recognitions: requests.map(recognition),
    summaries: requests.map(summarise),
    handshakes: await Promise.all(
      requests.map((/** @type {any} */ each) => handshakeResponse(each, "hush")),
    ),
    verdicts: await Promise.all(signed.map(verdict)),
    samples: await Promise.all(samples.map(signedSample)),
  }),
);
