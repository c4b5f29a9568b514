"""Requests that exceed a limit, with the expected status."""

from __future__ import annotations

from tests.integration.malformed.raw import UUID, get, head

TOO_LARGE = {
    "a target of 9,000 bytes": (414, get(f"/{UUID}/{'x' * 9000}")),
    "an absolute target of 9,000 bytes": (414, get(f"http://{'h' * 9000}/{UUID}")),
    "a query of 9,000 bytes": (414, get(f"/{UUID}?{'x' * 9000}")),
    "a target without an end": (414, b"GET /" + b"x" * 100_000),
    "a method without an end": (414, b"G" * 100_000),
    "a version without an end": (414, head(line=f"GET /{UUID} HTTP/1.{'1' * 9000}")),
    "a request line of blanks": (414, b"GET " + b" " * 100_000),
    "a header line of 70,000 bytes": (431, head("A: " + "b" * 70_000)),
    "a name of 70,000 bytes": (431, head("A" * 70_000 + ": b")),
    "a header line of 70,000 blanks": (431, head("A: " + " " * 70_000)),
    "a header line without an end": (431, head()[:-2] + b"A: " + b"b" * 200_000),
    "a Host of 70,000 bytes": (431, head(host="Host: " + "h" * 70_000)),
    "a length of 70,000 digits": (431, head("Content-Length: " + "0" * 70_000)),
    "70,000 bytes of header lines": (431, head(*["A: b"] * 12_000)),
    "70,000 bytes of empty names": (431, head(*[":"] * 35_000)),
    "a header section without an end": (431, head()[:-2] + b"A: b\r\n" * 20_000),
}
