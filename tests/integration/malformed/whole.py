"""Single requests that resemble several, each with its expected body.

The bytes after each on the connection are the next request, which must be delivered once.
"""

from __future__ import annotations

from tests.integration.malformed.raw import CHUNKED, LINE, UUID, head, inner

HIDDEN = inner("body")
HTTP_1_0 = f"POST /{UUID} HTTP/1.0"
METHODS = ("GET", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY", "PROPFIND", "PRI")


def with_body(*lines: str, line: str = LINE, body: bytes = HIDDEN) -> tuple[bytes, bytes]:
    return head(f"Content-Length: {len(body)}", *lines, line=line) + body, body


def with_chunks(
    *lines: str, body: bytes = HIDDEN, size: bytes = b"%x", end: bytes = b"0\r\n\r\n"
) -> tuple[bytes, bytes]:
    chunk = size % len(body) + b"\r\n" + body + b"\r\n" if body else b""
    return head(CHUNKED, *lines) + chunk + end, body


def with_method(method: str) -> tuple[bytes, bytes]:
    return with_body(line=f"{method} /{UUID} HTTP/1.1")


WHOLE = {
    # CL.0 and 0.CL: methods that have no body in some implementations
    **{f"a body with {method}": with_method(method) for method in METHODS},
    "an empty body with a length": with_body(body=b""),
    "a body that is a last chunk": with_body(body=b"0\r\n\r\n"),
    "a body that is chunked": with_body(body=b"3\r\nabc\r\n0\r\n\r\n"),
    "a body that begins with an empty line": with_body(body=b"\r\n\r\n" + HIDDEN),
    "a body of bare line ends": with_body(body=b"\n\n\r\r\n"),
    "a body of every byte": with_body(body=bytes(range(256))),
    "a body that is a response": with_body(body=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "a body that is the preface of HTTP/2": with_body(body=b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "HTTP/1.0 that stays open": with_body("Connection: keep-alive", line=HTTP_1_0),
    "a length after zeros": (head(f"Content-Length: 000{len(HIDDEN)}") + HIDDEN, HIDDEN),
    "a length between blanks": (head(f"Content-Length: \t {len(HIDDEN)} \t") + HIDDEN, HIDDEN),
    # Lines that resemble framing
    "a coding with an underscore": with_body("Transfer_Encoding: chunked"),
    "a coding with another name": with_body("X-Transfer-Encoding: chunked"),
    "a content coding": with_body("Content-Encoding: chunked"),
    "a coding in TE": with_body("TE: chunked"),
    "a coding in a value": with_body("A: b, Transfer-Encoding: chunked"),
    "a length with an underscore": with_body("Content_Length: 0"),
    "a length with another name": with_body("X-Content-Length: 0"),
    "a length named by Connection": with_body("Connection: Content-Length"),
    "a Host named by Connection": with_body("Connection: Host"),
    "obsolete connection headers": with_body("Proxy-Connection: close", "Keep-Alive: 300"),
    "a method override in a header": with_body("X-HTTP-Method-Override: DELETE"),
    "a path override in a header": with_body("X-Original-URL: /admin", "X-Rewrite-URL: /admin"),
    "an expected length in a header": with_body("X-Expected-Entity-Length: 0"),
    "escaped line ends in the target": with_body(
        line=f"POST /{UUID}/%0d%0aContent-Length:%200%0d%0a%0d%0a HTTP/1.1"
    ),
    "another host in the target": with_body(line=f"POST http://other/{UUID} HTTP/1.1"),
    # Expect and Upgrade
    "an expectation with an immediate body": with_body("Expect: 100-continue"),
    "an unknown expectation": with_body("Expect: x"),
    "an upgrade to HTTP/2": with_body(
        "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"
    ),
    "an upgrade to WebSocket": with_body(
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
    # Chunks
    "chunks": with_chunks(),
    "only the last chunk": with_chunks(body=b""),
    "a chunk that is chunked": with_chunks(body=b"0\r\n\r\n" + HIDDEN),
    "a chunk size after zeros": with_chunks(size=b"00000%x"),
    "a chunk size in capitals": with_chunks(size=b"%X"),
    "a last chunk of many zeros": with_chunks(end=b"00000000\r\n\r\n"),
    "a chunk extension": with_chunks(size=b"%x;a=b"),
    "a quoted chunk extension": with_chunks(size=b'%x;a=";0\t\\"b"'),
    "a coding in other cases": (
        head("tRANSFER-eNCODING: cHUNKED") + b"3\r\nabc\r\n0\r\n\r\n",
        b"abc",
    ),
    "a coding between blanks": (
        head("Transfer-Encoding: \t chunked ") + b"3\r\nabc\r\n0\r\n\r\n",
        b"abc",
    ),
    "a length in the trailers": with_chunks(end=b"0\r\nContent-Length: 40\r\n\r\n"),
    "a coding in the trailers": with_chunks(end=b"0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    "a Host in the trailers": with_chunks("Trailer: Host", end=b"0\r\nHost: other\r\n\r\n"),
    "an expectation and chunks": with_chunks("Expect: 100-continue"),
    # Before the request line
    "one empty line before": (b"\r\n" + with_body()[0], HIDDEN),
}
