/**
 * Pack one captured request into the fragment of a URL, and unpack it. Servers never receive a
 * fragment. Does not use the DOM.
 *
 * @typedef {import("./checked.js").SenderResponse} SenderResponse
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {{request: CapturedRequest, response: SenderResponse | undefined}} SharedRequest
 */

import { byteSize } from "../text/format.js";
import { LEFT_OUT } from "../wire/captured.js";
import { base64, bytesOfBase64, objectOf, Problem, requestOf, responseOf } from "./checked.js";

/** Browsers carry more (Safari shows 80,000 characters), most programs for chat and mail carry less. */
export const MAX_LINK_CHARACTERS = 64_000;
/** Maximum size of an unpacked request: a small link can unpack to gigabytes. */
export const MAX_UNPACKED_BYTES = 8 * 2 ** 20;

const PARAMETER = "request=";
const SECRET =
  /^(?:proxy-)?authorization$|^(?:set-)?cookie$|(?:api|view)-?key|credential|hmac|password|secret|signature|token/i;

const DAMAGED = "The link is damaged or incomplete. Ask for it again.";

/**
 * Return the fragment for a request, without its "#". Throws a `Problem` if it is too large.
 * @param {SharedRequest} shared
 */
export async function packed({ request, response }) {
  const json = JSON.stringify(response ? { request, responded: response } : { request });
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const text = base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  if (text.length > MAX_LINK_CHARACTERS) {
    const [size, maximum] = [text.length, MAX_LINK_CHARACTERS].map(byteSize);
    throw new Problem(
      `The request is too large for a link (${size}, the maximum is ${maximum}). Export it instead.`,
    );
  }
  return PARAMETER + text;
}

/**
 * Read the fragment of a link. Throws a `Problem` if it contains no request.
 * @param {string} fragment  with or without its "#"
 * @returns {Promise<SharedRequest>}
 */
export async function unpacked(fragment) {
  const text = fragment.replace(/^#/, "");
  if (!text.startsWith(PARAMETER)) throw new Problem("The link contains no request.");
  const written = text.slice(PARAMETER.length).replaceAll("-", "+").replaceAll("_", "/");
  const bytes = bytesOfBase64(written.padEnd(Math.ceil(written.length / 4) * 4, "="));
  if (!bytes?.length) throw new Problem(DAMAGED);
  return shared(await inflated(bytes));
}

/**
 * @param {string} json
 * @returns {SharedRequest}
 */
function shared(json) {
  let value;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Problem(DAMAGED);
  }
  try {
    const { request, responded } = objectOf(value, "The content");
    const response = responded === undefined ? undefined : responseOf(responded);
    return { request: requestOf(request), response };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(`The link contains no valid request. ${error.message}`);
  }
}

/** @param {Uint8Array} bytes */
async function inflated(bytes) {
  const blob = new Blob([/** @type {BlobPart} */ (bytes)]);
  const reader = blob.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => {
      throw new Problem(DAMAGED);
    });
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > MAX_UNPACKED_BYTES) {
      reader.cancel().catch(() => {}); // the stream may have failed
      throw new Problem(
        `The request in the link is larger than the maximum of ${byteSize(MAX_UNPACKED_BYTES)}.`,
      );
    }
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * Return the request and its response without the values of headers that may hold secrets.
 * @param {SharedRequest} shared
 * @returns {SharedRequest}
 */
export function withoutSecrets({ request, response }) {
  const { headers, trailers } = request;
  return {
    request: {
      ...request,
      headers: cleaned(headers),
      ...(trailers ? { trailers: cleaned(trailers) } : {}),
    },
    response: response?.headers ? { ...response, headers: cleaned(response.headers) } : response,
  };
}

/**
 * Return the names of the request's headers that may hold secrets.
 * @param {CapturedRequest} request
 */
export function secretNames({ headers, trailers = [] }) {
  return [...headers, ...trailers].flatMap(([name]) => (SECRET.test(name) ? [name] : []));
}

/** @param {import("../wire/contract.js").HeaderLine[]} lines */
function cleaned(lines) {
  return lines.map(
    ([name, value]) =>
      /** @type {[string, string]} */ ([name, SECRET.test(name) ? LEFT_OUT : value]),
  );
}
