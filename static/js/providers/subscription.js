/**
 * Find the URL that confirms a subscription (Amazon SNS). A request must not lead the user anywhere
 * else, so the registry names the hosts. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 */

import { RequestValues } from "./request-values.js";

/**
 * Return the URL and the label of its button, or null.
 * @param {CapturedRequest} request
 * @param {import("./registry.js").Provider} provider
 */
export function subscriptionOf(request, { subscribe }) {
  const text = subscribe && new RequestValues(request).text(subscribe.url);
  if (!text || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isPlain = url.protocol === "https:" && !url.username && !url.password && !url.port;
  if (!isPlain || !new RegExp(`^(?:${subscribe.hosts})$`).test(url.hostname)) return null;
  return { url: url.href, label: subscribe.label };
}
