/** Values in parsed JSON (RFC 6901). Does not use the DOM. */

/**
 * Return the value at a pointer, or undefined if it does not exist.
 * @param {unknown} value
 * @param {string} pointer  "/data/0/type"
 */
export function valueAtPointer(value, pointer) {
  for (const token of tokensOf(pointer)) {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(token)) return;
    if (!Object.hasOwn(value, token)) return;
    value = /** @type {Record<string, unknown>} */ (value)[token];
  }
  return value;
}

/** @type {Map<string, string[]>} */
const cache = new Map();

/** @param {string} pointer  of the registry */
function tokensOf(pointer) {
  const known = cache.get(pointer);
  if (known) return known;
  const tokens = pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  cache.set(pointer, tokens);
  return tokens;
}

/**
 * Replace halves of surrogate pairs, as UTF-8 does.
 * @param {string} text
 */
function wellFormed(text) {
  return /[\ud800-\udfff]/.test(text) ? text.replace(/\p{Surrogate}/gu, "\ufffd") : text;
}

/**
 * Return the text of a string, an integer or a boolean; undefined for everything else, and for integers
 * that JavaScript cannot represent exactly.
 * @param {unknown} value
 */
export function jsonText(value) {
  if (typeof value === "string") return wellFormed(value);
  return typeof value === "boolean" || Number.isSafeInteger(value) ? String(value) : undefined;
}
