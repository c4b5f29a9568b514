"""Strategies for nearly valid requests, which are hard to parse."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

TOKEN_CHARACTERS = b"!#$%&'*+-.^_`|~09AZaz"


def bytes_of(alphabet: bytes, min_size: int = 0, max_size: int = 12) -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from(list(alphabet)), min_size=min_size, max_size=max_size).map(
        bytes
    )


def mostly(good: bytes, *others: bytes) -> st.SearchStrategy[bytes]:
    """Generate `good` nine times in ten, else one of the others."""
    return st.integers(0, 9).flatmap(
        lambda dice: st.sampled_from(others) if dice == 9 else st.just(good)
    )


TOKENS = bytes_of(TOKEN_CHARACTERS, min_size=1)
NAMES = TOKENS | st.sampled_from(
    [b"Content-Length", b"Transfer-Encoding", b"Connection", b"Expect", b"Upgrade", b"Host"]
)
KNOWN_VALUES = b"chunked|3|0|3, 3|close|keep-alive|upgrade|100-continue||h".split(b"|")
VALUES = bytes_of(bytes(range(0x20, 0x7F))) | st.binary(max_size=12) | st.sampled_from(KNOWN_VALUES)
COLONS = mostly(b": ", b":", b" :", b":\t", b"", b"::")
BREAKS = mostly(b"\r\n", b"\n", b"\r", b"\r\r\n", b"\r\n ", b"\n\r")
LINES = st.tuples(NAMES, COLONS, VALUES, BREAKS).map(b"".join)
METHODS = mostly(b"POST", b"GET", b"HEAD", b"FOO", b"", b"G(T", b"OPTIONS") | TOKENS
SPACES = mostly(b" ", b"  ", b"\t", b"")
VERSIONS = mostly(
    b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/1.10", b"http/1.1", b""
)
HOSTS = mostly(b"Host: h\r\n", b"", b"Host: h\r\nHost: i\r\n", b"Host:\r\n", b"Host: a b\r\n")
ENDS = mostly(b"\r\n", b"", b"\n", b"\r")


def targets(path: bytes) -> st.SearchStrategy[bytes]:
    rest = st.binary(max_size=8) | bytes_of(bytes(range(0x21, 0x7F)))
    return mostly(path, b"*", b"http://h" + path, b"//", b"h") | rest.map(lambda text: path + text)


def heads(path: bytes = b"/a") -> st.SearchStrategy[bytes]:
    """Generate heads; about one in three is valid."""
    line = st.tuples(METHODS, SPACES, targets(path), SPACES, VERSIONS, BREAKS)
    lines = st.lists(LINES, max_size=3).map(b"".join)
    return st.tuples(line.map(b"".join), HOSTS, lines, ENDS).map(b"".join)


SIZES = mostly(b"3", b"0", b"03", b"0x3", b"ffffffffffffffff", b"2", b"-1", b"") | bytes_of(
    b"0123abF", max_size=4
)
EXTENSIONS = mostly(b"", b";a", b";a=b", b';a="\\";"', b"; a = b", b";", b" ", b";\n", b';a="')
CHUNKS = st.tuples(SIZES, EXTENSIONS, BREAKS, mostly(b"abc", b"ab", b"abcd", b""), BREAKS).map(
    b"".join
)
LAST_CHUNKS = mostly(
    b"0\r\n\r\n", b"0\r\nA: b\r\n\r\n", b"0\n\r\n", b"00;a\r\n\r\n", b"", b"0\r\nA\r\n"
)


def chunked_bodies() -> st.SearchStrategy[bytes]:
    return st.tuples(st.lists(CHUNKS, max_size=3).map(b"".join), LAST_CHUNKS).map(b"".join)


def in_pieces(data: bytes, splits: list[int]) -> list[bytes]:
    """Split the bytes at these positions, as they may arrive."""
    places = sorted({split % (len(data) + 1) for split in splits} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(places)]


SPLITS = st.lists(st.integers(0, 2**16), max_size=4)
