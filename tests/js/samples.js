/** @typedef {import("../../static/js/wire/captured.js").CapturedRequest} CapturedRequest */

export const UUID = "0b9e7a52-6c1d-4f0e-9d53-2f6f5c1a7e10";

/**
 * Return a captured request with defaults for all fields that a test does not set; `path` follows `subpath`.
 * @param {Partial<CapturedRequest>} [fields]
 * @returns {CapturedRequest}
 */
export function sample(fields = {}) {
  const seq = fields.seq ?? 1;
  return {
    uuid: UUID,
    epoch: "first",
    seq,
    id: `id ${seq}`,
    received_at: "2026-11-22T04:41:00.123456Z",
    method: "POST",
    scheme: "https",
    host: "hooks.example.com",
    path: `/${UUID}${fields.subpath ?? ""}`,
    subpath: "",
    query_string: "",
    http_version: "1.1",
    remote_addr: "203.0.113.9",
    headers: [],
    body: { size: 0, encoding: "utf-8", content: "", complete: true },
    ...fields,
  };
}
