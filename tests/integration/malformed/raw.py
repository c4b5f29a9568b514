"""Build requests as bytes, with one part given by the caller."""

from __future__ import annotations

from uuid import uuid4

UUID = str(uuid4())
LINE = f"POST /{UUID} HTTP/1.1"
CHUNKED = "Transfer-Encoding: chunked"


def head(*lines: str, line: str = LINE, host: str = "Host: h") -> bytes:
    return "\r\n".join((line, host, *lines)).encode("latin-1") + b"\r\n\r\n"


def get(target: str) -> bytes:
    return head(line=f"GET {target} HTTP/1.1")


def version(text: str) -> bytes:
    return head(line=f"GET /{UUID} {text}")


def method(text: str) -> bytes:
    return head(line=f"{text} /{UUID} HTTP/1.1")


def length(value: str) -> bytes:
    return head(f"Content-Length: {value}") + b"abc"


def coding(*lines: str) -> bytes:
    return head(*lines) + b"3\r\nabc\r\n0\r\n\r\n"


def chunks(body: bytes) -> bytes:
    return head(CHUNKED) + body


def inner(name: str) -> bytes:
    """Return a request to hide in the body of another; it must never be delivered."""
    return f"POST /{UUID}/hidden/{name} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode()
