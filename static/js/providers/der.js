/**
 * Read DER (ITU-T X.690), as far as keys, certificates and ECDSA signatures need it. The work is bounded
 * by the length of the input: nothing is read twice. Does not use the DOM.
 *
 * @typedef {object} Element
 * @property {number} tag
 * @property {Uint8Array} content
 * @property {Uint8Array} whole  with tag and length
 */

export const INTEGER = 0x02;
export const OBJECT_ID = 0x06;
export const SEQUENCE = 0x30;

/**
 * Return the elements in the content of an element.
 * @param {Uint8Array} bytes
 * @throws {SyntaxError} if the bytes are not DER
 */
export function elementsOf(bytes) {
  /** @type {Element[]} */
  const elements = [];
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes.subarray(at));
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/**
 * Read the element at the start of the bytes.
 * @param {Uint8Array} bytes
 * @returns {Element}
 */
function elementAt(bytes) {
  const [tag, first] = bytes;
  const more = first < 0x80 ? 0 : first - 0x80;
  const length =
    more === 0 ? first : bytes.subarray(2, 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + more;
  const isValid = bytes.length >= start + length && first !== 0x80 && more <= 4;
  if (!isValid) throw new SyntaxError("The data is not DER.");
  return {
    tag,
    content: bytes.subarray(start, start + length),
    whole: bytes.subarray(0, start + length),
  };
}

/**
 * Return the elements of the only element, a sequence.
 * @param {Uint8Array} bytes
 */
export function sequenceOf(bytes) {
  const [element, ...more] = elementsOf(bytes);
  if (element?.tag !== SEQUENCE || more.length > 0)
    throw new SyntaxError("This is not a sequence.");
  return elementsOf(element.content);
}
