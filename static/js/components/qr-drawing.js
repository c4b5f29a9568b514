/** Empty modules around the code that cameras need (ISO/IEC 18004). */
const QUIET = 4;

/**
 * Draw a QR code as one SVG path.
 * @param {string} text
 * @returns {Promise<{path: string, size: number}>}  in modules, one unit each
 */
export async function qrDrawing(text) {
  const { encodeQR } = await import("qr");
  const rows = encodeQR(text, "raw", { border: QUIET });
  return { path: rows.flatMap(rowPath).join(""), size: rows.length };
}

/**
 * @param {boolean[]} row
 * @param {number} y
 */
function rowPath(row, y) {
  return row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""));
}
