"""Raw requests and the captured request that a viewer must receive for each.

`{u}` is the callback's UUID, `{U}` the UUID in upper case, `{e}` the UUID with an escape.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Any

MIB = 2**20


@dataclass(frozen=True)
class Row:
    name: str
    raw: bytes
    method: str = "POST"
    path: str = "/{u}"
    query_string: str = ""
    http_version: str = "1.1"
    headers: tuple[tuple[str, str], ...] | None = None
    """All header lines; None if the row does not check them."""
    trailers: tuple[tuple[str, str], ...] = ()
    host: str = "h"
    body: bytes = b""
    size: int | None = None
    encoding: str = "utf-8"
    complete: bool = True
    status: int = 200
    extra: dict[str, Any] = field(default_factory=dict)


def head(line: str, *lines: str, host: str = "Host: h") -> bytes:
    return "\r\n".join((line, host, *lines)).encode("latin-1") + b"\r\n\r\n"


def with_length(body: bytes, *lines: str) -> bytes:
    return head("POST /{u} HTTP/1.1", *lines, f"Content-Length: {len(body)}") + body


def with_chunks(*parts: bytes, last: bytes = b"0\r\n\r\n", lines: tuple[str, ...] = ()) -> bytes:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return head("POST /{u} HTTP/1.1", "Transfer-Encoding: chunked", *lines) + chunks + last


def with_http_1_9(raw: bytes) -> bytes:
    return raw.replace(b"HTTP/1.1", b"HTTP/1.9", 1)


def by_method(method: str) -> Row:
    return Row(f"the method {method}", head(f"{method} /{{u}} HTTP/1.1"), method=method)


def by_target(name: str, target: str, path: str, query_string: str = "") -> Row:
    raw = head(f"GET {target} HTTP/1.1")
    return Row(name, raw, method="GET", path=path, query_string=query_string)


def by_lines(name: str, *lines: tuple[str, str], sent: tuple[str, ...] | None = None) -> Row:
    written = sent or tuple(f"{key}: {value}" for key, value in lines)
    return Row(
        name, head("GET /{u} HTTP/1.1", *written), method="GET", headers=(("Host", "h"), *lines)
    )


def by_body(name: str, body: bytes, encoding: str, *lines: str) -> Row:
    return Row(name, with_length(body, *lines), body=body, encoding=encoding)


BOUNDARY = (
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="a\xc3\xa9.bin"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n\x00\x01\xff\r\n--b--\r\n"
)
ZIPPED = gzip.compress(b'{"a": 1}', mtime=0)

ROWS = [
    # Methods: any token
    *map(by_method, ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")),
    *map(
        by_method, ("PROPFIND", "PURGE", "QUERY", "FOO", "foo", "M-SEARCH", "!#$%&'*+-.^_`|~09aZ")
    ),
    # Targets: unchanged, with their escapes
    by_target("a slash after the UUID", "/{u}/", "/{u}/"),
    by_target("two slashes", "/{u}//", "/{u}//"),
    by_target("several slashes in the path", "/{u}/a///b//", "/{u}/a///b//"),
    by_target("dot segments", "/{u}/a/../b/./c", "/{u}/a/../b/./c"),
    by_target("an escaped line feed", "/{u}/a%0Ab", "/{u}/a%0Ab"),
    by_target("a line feed at the end", "/{u}/%0A", "/{u}/%0A"),
    by_target("an escaped NUL", "/{u}/%00", "/{u}/%00"),
    by_target("an escaped slash", "/{u}/a%2Fb%2fc", "/{u}/a%2Fb%2fc"),
    by_target("an escaped escape", "/{u}/%2541", "/{u}/%2541"),
    by_target("malformed escapes", "/{u}/%/%2/%zz", "/{u}/%/%2/%zz"),
    by_target("escaped UTF-8", "/{u}/%C3%A9", "/{u}/%C3%A9"),
    by_target(
        "UTF-8 without escapes",
        "/{u}/Z\xc3\xbcrich?city=Z\xc3\xbcrich",
        "/{u}/Z\xc3\xbcrich",
        "city=Z\xc3\xbcrich",
    ),
    by_target("bytes that are blanks in Latin-1", "/{u}/\xa0?\x85\xa0", "/{u}/\xa0", "\x85\xa0"),
    by_target("bytes that are not UTF-8", "/{u}/\xff\xc0\xaf/%41\x80", "/{u}/\xff\xc0\xaf/%41\x80"),
    by_target("raw bytes after an escape in the UUID", "/{e}/\xe9", "/{e}/\xe9"),
    by_target("escaped bytes that are not UTF-8", "/{u}/%FF%fe", "/{u}/%FF%fe"),
    by_target(
        "characters that RFC 3986 does not allow", '/{u}/{{|}}"<>^`\\[]', '/{u}/{{|}}"<>^`\\[]'
    ),
    by_target("a semicolon in the path", "/{u}/a;v=1/b", "/{u}/a;v=1/b"),
    by_target("a plus in path and query", "/{u}/a+b?c+d=e+f", "/{u}/a+b", "c+d=e+f"),
    by_target("repeated query keys", "/{u}?a=1&a=2&A=3", "/{u}", "a=1&a=2&A=3"),
    by_target("a semicolon in the query", "/{u}?a=1;b=2", "/{u}", "a=1;b=2"),
    by_target("question marks in the query", "/{u}?a=?&b=??", "/{u}", "a=?&b=??"),
    by_target("an empty query", "/{u}?", "/{u}", ""),
    by_target("escapes in the query", "/{u}?q=%20%ff%0D%0A&%61=b", "/{u}", "q=%20%ff%0D%0A&%61=b"),
    by_target("an escape in the UUID", "/%7bx".replace("%7bx", "{e}"), "/{e}"),
    by_target("the UUID in upper case", "/{U}/x", "/{U}/x"),
    by_target("the path of another view as subpath", "/{u}/view/healthz", "/{u}/view/healthz"),
    by_target("a long target", "/{u}/" + "x" * 8000, "/{u}/" + "x" * 8000),
    by_target("absolute-form", "http://h/{u}/a?b=c", "/{u}/a", "b=c"),
    by_target("absolute-form with a port", "HTTP://h:80/{u}", "/{u}"),
    # Header lines: order, case, number, bytes
    by_lines(
        "duplicates, in their order", ("X-Dup", "1"), ("Other", "x"), ("X-Dup", "2"), ("x-dup", "3")
    ),
    by_lines("odd case", ("x-LOWER", "a"), ("X-Upper", "b"), ("ETAG", "c")),
    by_lines("underscores", ("X_Under_Score", "1"), ("X-Under-Score", "2"), ("_", "3")),
    by_lines("all characters of a token", ("!#$%&'*+-.^_`|~09aZ", "x")),
    by_lines("an empty value", ("X-Empty", ""), sent=("X-Empty:",)),
    by_lines("blanks around a value", ("X-Pad", "a \t b"), sent=("X-Pad: \t a \t b \t ",)),
    by_lines("no blank after the colon", ("X-Tight", "a:b"), sent=("X-Tight:a:b",)),
    by_lines("bytes that are not UTF-8", ("X-Latin", "\xe9\xff\x80")),
    by_lines("UTF-8 bytes, read as Latin-1", ("X-Utf8", "é".encode().decode("latin-1"))),
    by_lines(
        "hop-by-hop lines", ("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"), ("TE", "trailers")
    ),
    by_lines(
        "forwarded lines, not trusted",
        ("X-Forwarded-For", "1.2.3.4"),
        ("X-Forwarded-Host", "evil"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "for=1.2.3.4;host=evil;proto=https"),
    ),
    by_lines("many lines", *((f"X-{n}", str(n)) for n in range(300))),
    by_lines("a long value", ("X-Long", "v" * 30_000)),
    by_lines(
        "an upgrade to h2c",
        ("Connection", "Upgrade, HTTP2-Settings"),
        ("Upgrade", "h2c"),
        ("HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA"),
    ),
    by_lines(
        "an upgrade to WebSocket",
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ),
    by_lines("cookies", ("Cookie", "a=b"), ("Cookie", "c=d; e=f")),
    by_lines("an unknown expectation", ("Expect", "the-unexpected")),
    # Hosts
    Row(
        "a Host with an empty label",
        head("GET /{u} HTTP/1.1", host="Host: a..b"),
        method="GET",
        host="a..b",
    ),
    Row("an empty Host", head("GET /{u} HTTP/1.1", host="Host:"), method="GET", host=""),
    Row(
        "a Host of odd characters",
        head("GET /{u} HTTP/1.1", host="hOST: a%zz_!$&'()*+,;=~:"),
        method="GET",
        host="a%zz_!$&'()*+,;=~:",
    ),
    Row(
        "a Host that is an address",
        head("GET /{u} HTTP/1.1", host="Host: [::1]:8080"),
        method="GET",
        host="[::1]:8080",
    ),
    # Versions
    Row("HTTP/1.2", head("GET /{u} HTTP/1.2"), method="GET", http_version="1.2"),
    Row("HTTP/1.9 with chunks", with_http_1_9(with_chunks(b"a")), body=b"a", http_version="1.9"),
    Row(
        "HTTP/1.0 without a Host",
        b"OPTIONS /{u} HTTP/1.0\r\n\r\n",
        method="OPTIONS",
        host="",
        headers=(),
        http_version="1.0",
    ),
    Row("HTTP/1.0", head("GET /{u} HTTP/1.0"), method="GET", http_version="1.0"),
    Row("an empty line before the request line", b"\r\n" + head("GET /{u} HTTP/1.1"), method="GET"),
    # Bodies with a length
    by_body("JSON", b'{"a": [1, 2.50, "\xc3\xa9"]}', "utf-8", "Content-Type: application/json"),
    by_body("a form", b"a=1&a=2&b=%20", "utf-8", "Content-Type: application/x-www-form-urlencoded"),
    by_body(
        "multipart with a file", BOUNDARY, "base64", "Content-Type: multipart/form-data; boundary=b"
    ),
    by_body("gzip stays gzip", ZIPPED, "base64", "Content-Encoding: gzip"),
    by_body("text with TAB, LF and CR", b"a\tb\nc\r\n", "utf-8"),
    by_body("text with a control character", b"a\x1bb", "base64"),
    by_body("text with DEL", b"a\x7fb", "base64"),
    by_body("NULs", b"\x00" * 1000, "base64"),
    by_body("every byte", bytes(range(256)), "base64"),
    by_body("UTF-8 with a byte order mark", b"\xef\xbb\xbf{}", "utf-8"),
    by_body("UTF-8 that ends within a character", "é".encode()[:1], "base64"),
    by_body("a surrogate in UTF-8", b"\xed\xa0\x80", "base64"),
    by_body("characters beyond the first plane", "😀\u2028".encode(), "utf-8"),
    by_body("a body that resembles a request", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "utf-8"),
    Row("no body, a length of 0", with_length(b""), body=b""),
    Row(
        "a body with GET",
        head("GET /{u} HTTP/1.1", "Content-Length: 2") + b"hi",
        method="GET",
        body=b"hi",
    ),
    Row(
        "a length with leading zeros",
        head("POST /{u} HTTP/1.1", "Content-Length: 0002") + b"hi",
        body=b"hi",
    ),
    Row(
        "a body with HTTP/1.0",
        head("POST /{u} HTTP/1.0", "Content-Length: 2") + b"hi",
        body=b"hi",
        http_version="1.0",
    ),
    Row("1 MiB", with_length(b"x" * MIB), body=b"x" * MIB),
    Row(
        "one byte more than 1 MiB",
        with_length(b"x" * (MIB + 1)),
        size=MIB + 1,
        complete=False,
        status=413,
    ),
    # Bodies in chunks
    Row("one chunk", with_chunks(b"hello"), body=b"hello"),
    Row("many chunks", with_chunks(*[b"ab"] * 500), body=b"ab" * 500),
    Row("15,000 chunks of a byte", with_chunks(*[b"a"] * 15_000), body=b"a" * 15_000),
    Row("60,000 chunks of three", with_chunks(*[b"abc"] * 60_000), body=b"abc" * 60_000),
    Row("only the last chunk", with_chunks(), body=b""),
    Row(
        "chunks with trailers",
        with_chunks(b"a", last=b"0\r\nX-Trailer: t\r\nExpires: 0\r\n\r\n"),
        body=b"a",
        headers=(("Host", "h"), ("Transfer-Encoding", "chunked")),
        trailers=(("X-Trailer", "t"), ("Expires", "0")),
    ),
    Row(
        "trailers with odd names and values",
        with_chunks(b"a", last=b"0\r\nX-Dup:1\r\nx-dup: \t\xe9 b \t\r\nHost:\r\n\r\n"),
        body=b"a",
        headers=(("Host", "h"), ("Transfer-Encoding", "chunked")),
        trailers=(("X-Dup", "1"), ("x-dup", "\xe9 b"), ("Host", "")),
    ),
    Row(
        "chunk extensions",
        with_chunks(b"a", last=b'2;x="a;\\"b" ; y\r\nbc\r\n000;z=1\r\n\r\n'),
        body=b"abc",
    ),
    Row(
        "chunk sizes in capitals and zeros",
        with_chunks(last=b"00A\r\n0123456789\r\n0\r\n\r\n"),
        body=b"0123456789",
    ),
    Row("chunked in capitals", with_chunks(b"a").replace(b": chunked", b": CHUNKED"), body=b"a"),
    Row(
        "chunks of binary",
        with_chunks(b"\r\n\x00\r\n0\r\n\r\n"),
        body=b"\r\n\x00\r\n0\r\n\r\n",
        encoding="base64",
    ),
    Row("1 MiB in chunks", with_chunks(*[b"x" * 65536] * 16), body=b"x" * MIB),
    Row(
        "over 1 MiB in chunks",
        with_chunks(*[b"x" * 65536] * 17),
        size=MIB + 1,
        complete=False,
        status=413,
    ),
    Row(
        "an upgrade with a body",
        head("POST /{u} HTTP/1.1", "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 2")
        + b"hi",
        body=b"hi",
    ),
]
