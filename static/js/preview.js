/** HTML of a stranger as a document for a frame in which nothing is allowed. No DOM in here. */

/** The policy of the page holds in the frame as well, and is the stricter one for styles. */
const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;

/** Links open in windows of their own, which the frame may not open. */
const NO_LINKS = '<base target="_blank">';

/** A browser may connect to the server of these before it finds that the policy forbids them. */
const CONNECTING = /<(?=i?frame|link)/gi;

/**
 * The first that the parser reads is the policy: nothing of the source comes before it.
 * @param {string} source
 */
export function previewDocument(source) {
  return `<!doctype html>${POLICY}${NO_LINKS}${source.replace(CONNECTING, "<no-")}`;
}
