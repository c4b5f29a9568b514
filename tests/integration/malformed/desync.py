"""Published attacks, each with a request hidden in the body of another.

The server must refuse each of them and must not deliver the hidden request.
"""

from __future__ import annotations

from tests.integration.malformed.raw import CHUNKED, UUID, head, inner

HTTP_1_0 = f"POST /{UUID} HTTP/1.0"


def cl_te(*lines: str) -> bytes:
    """Build a request that ends earlier for a parser that uses the coding and not the length."""
    body = b"0\r\n\r\n" + inner("cl-te")
    return head(f"Content-Length: {len(body)}", *lines) + body


def te_cl(*lines: str) -> bytes:
    """Build a request whose only chunk is a second request for a parser that uses the length."""
    hidden = inner("te-cl")
    size = b"%x\r\n" % len(hidden)
    return head(f"Content-Length: {len(size)}", *lines) + size + hidden + b"\r\n0\r\n\r\n"


def chunk_trick(begin: bytes) -> bytes:
    """Build a request whose `begin` is one line for some parsers and two for others."""
    hidden = b"0\r\n\r\n" + inner("chunk")
    return head(CHUNKED) + begin + hidden + b"\r\n0\r\n\r\n"


OBFUSCATIONS = {
    "plain": (CHUNKED,),
    "in lower case": ("transfer-encoding: chunked",),
    "with a space before the colon": ("Transfer-Encoding : chunked",),
    "with a tab after the colon and one at the end": ("Transfer-Encoding:\tchunked\t",),
    "with a vertical tab": ("Transfer-Encoding:\x0bchunked",),
    "unknown first": ("Transfer-Encoding: x", CHUNKED),
    "unknown last": (CHUNKED, "Transfer-Encoding: x"),
    "unknown in the same line": ("Transfer-Encoding: chunked, x",),
    "identity first": ("Transfer-Encoding: identity", CHUNKED),
    "after a bare LF": (f"X: x\n{CHUNKED}",),
    "after a bare CR": (f"X: x\r{CHUNKED}",),
    "folded": ("Transfer-Encoding:", " chunked"),
    "in quotes": ('Transfer-Encoding: "chunked"',),
    "with a parameter": ("Transfer-Encoding: chunked;x",),
    "named by Connection": ("Connection: Transfer-Encoding", CHUNKED),
    "after a length of zero": ("Content-Length: 0", CHUNKED),
    "with NUL": ("Transfer-Encoding: \0chunked",),
}

DESYNCS = {
    **{f"CL.TE, the coding {how}": cl_te(*lines) for how, lines in OBFUSCATIONS.items()},
    **{f"TE.CL, the coding {how}": te_cl(*lines) for how, lines in OBFUSCATIONS.items()},
    "CL.CL, the first is zero": head("Content-Length: 0", f"Content-Length: {len(inner('a'))}")
    + inner("a"),
    "CL.CL, the last is zero": head(f"Content-Length: {len(inner('a'))}", "Content-Length: 0")
    + inner("a"),
    "CL.0, the length with a space": head("Content-Length : 40") + inner("cl-0"),
    "0.CL, the length on a folded line": head("A: b", " Content-Length: 40") + inner("0-cl"),
    "0.CL, the length after a bare LF": head("A: b\nContent-Length: 40") + inner("0-cl"),
    "H2.CL, a length of two values": head("content-length: 0, 40") + inner("h2-cl"),
    "H2.TE, the coding after a pseudo-header": head(":a: b", CHUNKED) + b"0\r\n\r\n",
    "HTTP/1.0, a coding and a request in it": head(CHUNKED, line=HTTP_1_0)
    + b"0\r\n\r\n"
    + inner("http-1-0"),
    "TERM.EXT, a chunk's line ends in LF": chunk_trick(b"2;\nxx\r\n"),
    "EXT.TERM, a chunk's extension has LF": chunk_trick(b"2;a\nxx\r\n"),
    "TERM.EXT, a chunk's line ends in CR": chunk_trick(b"2;\rxx\r\n"),
    "TERM.SPILL, a chunk ends in LF": chunk_trick(b"5\r\nAAAAA\nXX\r\n"),
    "SPILL.TERM, a chunk is longer than it says": chunk_trick(b"5\r\nAAAAAXX\r\n"),
    "ONE.TWO, a chunk ends in one byte": chunk_trick(b"2\r\nxx\n12\r\n"),
    "TWO.ONE, a chunk ends in two bytes": chunk_trick(b"2\r\nxxXX12\r\n"),
    "ZERO.TWO, a chunk has no end": chunk_trick(b"2\r\nxx12\r\n"),
    "a chunk's size with 0x": chunk_trick(b"0x2\r\nxx\r\n"),
    "a chunk's size that wraps": chunk_trick(b"100000000000000002\r\nxx\r\n"),
}
