/**
 * Templates: text with {placeholders}, and optional parts in [brackets]. Does not use the DOM.
 *
 * @typedef {{text: string} | {location: string} | {optional: Piece[]}} Piece
 */

const TOKENS = /\{\{|\}\}|\[\[|\]\]|\{([^{}]+)\}|[[\]{}]|[^[\]{}]+/g;

/** The registry has a few hundred; users enter others. */
const MAX_CACHED = 2000;

/** @type {Map<string, Piece[]>} */
const cache = new Map();

/**
 * Parse a template.
 * @param {string} template
 * @throws {SyntaxError} if a brace or bracket has no partner
 */
export function parseTemplate(template) {
  const known = cache.get(template);
  if (known) return known;
  const pieces = parse(template);
  if (cache.size < MAX_CACHED) cache.set(template, pieces);
  return pieces;
}

/** @param {string} template */
function parse(template) {
  /** @type {Piece[]} */
  const pieces = [];
  /** @type {Piece[] | null} */
  let optional = null;
  for (const [token, location] of template.matchAll(TOKENS)) {
    const target = optional ?? pieces;
    if (location !== undefined) target.push({ location });
    else if (token === "[" && !optional) optional = [];
    else if (token === "]" && optional) {
      pieces.push({ optional });
      optional = null;
    } else if ("[]{}".includes(token)) throw new SyntaxError(`“${token}” has no partner`);
    else target.push({ text: isDoubled(token) ? token[0] : token });
  }
  if (optional) throw new SyntaxError("“[” has no partner");
  return pieces;
}

/** @param {string} token */
function isDoubled(token) {
  return token.length === 2 && "[]{}".includes(token[0]);
}

/**
 * Replace the placeholders. Return the parts of the result, or undefined if a value outside of brackets
 * is missing.
 * @template Value
 * @param {Piece[]} pieces
 * @param {(location: string) => Value | undefined} valueAt
 * @returns {(string | Value)[] | undefined}
 */
export function fill(pieces, valueAt) {
  const parts = [];
  for (const piece of pieces) {
    if ("text" in piece) parts.push(piece.text);
    else if ("optional" in piece) parts.push(...(fill(piece.optional, valueAt) ?? []));
    else {
      const value = valueAt(piece.location);
      if (value === undefined) return;
      parts.push(value);
    }
  }
  return parts;
}

/**
 * Return the placeholders outside of brackets, in order.
 * @param {Piece[]} pieces
 */
export function requiredIn(pieces) {
  return pieces.flatMap((piece) => ("location" in piece ? [piece.location] : []));
}

/**
 * Return all placeholders of a template, in order.
 * @param {Piece[]} pieces
 * @returns {string[]}
 */
export function locationsIn(pieces) {
  return pieces.flatMap((piece) => {
    if ("optional" in piece) return locationsIn(piece.optional);
    return "location" in piece ? [piece.location] : [];
  });
}
