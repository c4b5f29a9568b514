"""What is not a request is refused, and nothing behind it is read as one (RFC 9112)."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest

from tests.support.processes import Server
from tests.support.sender import Sender, post
from tests.support.viewers import Viewer

UUID = str(uuid4())
LINE = f"POST /{UUID} HTTP/1.1"
CHUNKED = "Transfer-Encoding: chunked"


def head(*lines: str, line: str = LINE, host: str = "Host: h") -> bytes:
    return "\r\n".join((line, host, *lines)).encode("latin-1") + b"\r\n\r\n"


def length(value: str) -> bytes:
    return head(f"Content-Length: {value}") + b"abc"


def coding(*lines: str) -> bytes:
    return head(*lines) + b"3\r\nabc\r\n0\r\n\r\n"


def chunks(body: bytes) -> bytes:
    return head(CHUNKED) + body


MALFORMED = {
    # The request line
    "no version": head(line=f"GET /{UUID}"),
    "no target": head(line="GET  HTTP/1.1"),
    "only a method": head(line="GET"),
    "two spaces behind the method": head(line=f"GET  /{UUID} HTTP/1.1"),
    "two spaces before the version": head(line=f"GET /{UUID}  HTTP/1.1"),
    "a space at the end of the line": head(line=f"{LINE} "),
    "a space before the method": head(line=f" {LINE}"),
    "a tab for a space": head(line=f"POST\t/{UUID}\tHTTP/1.1"),
    "a space in the target": head(line=f"GET /{UUID}/a b HTTP/1.1"),
    "a method that is no token": head(line=f"GE(T /{UUID} HTTP/1.1"),
    "a method with a colon": head(line=f"GET: /{UUID} HTTP/1.1"),
    "a raw byte beyond ASCII in the target": head(line=f"GET /{UUID}/\xe9 HTTP/1.1"),
    "a raw byte beyond ASCII in the method": head(line=f"G\xc9T /{UUID} HTTP/1.1"),
    "a control character in the target": head(line=f"GET /{UUID}/\x01 HTTP/1.1"),
    "DEL in the target": head(line=f"GET /{UUID}/\x7f HTTP/1.1"),
    "NUL in the target": head(line=f"GET /{UUID}/\x00 HTTP/1.1"),
    "a bare CR in the target": head(line=f"GET /{UUID}/\ra HTTP/1.1"),
    "a target without a slash": head(line=f"GET {UUID} HTTP/1.1"),
    "authority-form": head(line="CONNECT example.com:443 HTTP/1.1"),
    "an asterisk without OPTIONS": head(line="GET * HTTP/1.1"),
    "an absolute target of another scheme": head(line=f"GET ftp://h/{UUID} HTTP/1.1"),
    "an absolute target without a host": head(line=f"GET http:///{UUID} HTTP/1.1"),
    "HTTP/0.9": f"GET /{UUID}\r\n\r\n".encode(),
    "HTTP/2.0": head(line=f"GET /{UUID} HTTP/2.0"),
    "HTTP/1.2": head(line=f"GET /{UUID} HTTP/1.2"),
    "a version in lower case": head(line=f"GET /{UUID} http/1.1"),
    "a version with more digits": head(line=f"GET /{UUID} HTTP/1.10"),
    "a version with a sign": head(line=f"GET /{UUID} HTTP/+1.1"),
    "another protocol": head(line=f"GET /{UUID} ICY/1.1"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "the hello of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "two empty lines before the request line": b"\r\n\r\n" + head(),
    # Ends of lines
    "bare LF everywhere": head().replace(b"\r\n", b"\n"),
    "bare LF behind the request line": head("A: b").replace(b"1.1\r\n", b"1.1\n"),
    "bare LF behind a header line": head("A: b").replace(b"A: b\r\n", b"A: b\n"),
    "bare LF for the empty line": head("A: b", "C: d")[:-2] + b"\n",
    "bare CR behind a header line": head("A: b", "C: d").replace(b"A: b\r\n", b"A: b\r"),
    "two CR before LF": head("A: b").replace(b"A: b\r\n", b"A: b\r\r\n"),
    # Header lines
    "a space before the colon": head("A : b"),
    "a tab before the colon": head("A\t: b"),
    "a space before Content-Length's colon": head("Content-Length : 3") + b"abc",
    "a space before the first name": head(host=" Host: h"),
    "a folded line": head("A: b", " c"),
    "a folded line with a tab": head("A: b", "\tc"),
    "a folded transfer coding": coding("Transfer-Encoding:", " chunked"),
    "no colon": head("A"),
    "no name": head(": b"),
    "a name with a space": head("A b: c"),
    "a name that is no token": head("A(b): c"),
    "a name beyond ASCII": head("\xc9: b"),
    "NUL in a value": head("A: b\x00c"),
    "NUL in a name": head("A\x00: b"),
    "a control character in a value": head("A: b\x01c"),
    "a vertical tab in a value": head("A: b\x0bc"),
    "DEL in a value": head("A: b\x7fc"),
    "a bare CR in a value": head("A: b\rc"),
    # Host
    "no Host": f"{LINE}\r\n\r\n".encode(),
    "no Host with HTTP/1.0": f"GET /{UUID} HTTP/1.0\r\n\r\n".encode(),
    "two Hosts": head("Host: other"),
    "two equal Hosts": head("host: h"),
    # Lengths
    "a length with a plus": length("+3"),
    "a length with a minus": length("-3"),
    "a length of hexadecimal digits": length("0x3"),
    "a length with an underscore": length("1_0"),
    "a length with a point": length("3.0"),
    "a length with an exponent": length("3e0"),
    "an empty length": length(""),
    "a length that is a word": length("three"),
    "a length of other digits": length("\xb3"),
    "two lengths in one value": length("3, 3"),
    "two differing lengths in one value": length("3, 4"),
    "two equal lengths": head("Content-Length: 3", "Content-Length: 3") + b"abc",
    "two differing lengths": head("Content-Length: 3", "Content-Length: 5") + b"abcde",
    "a length beyond 64 bits": length("99999999999999999999"),
    "a length within 64 bits, beyond reason": length("9" * 19),
    # Transfer codings
    "a length and a coding": coding("Content-Length: 3", CHUNKED),
    "a coding and a length": coding(CHUNKED, "Content-Length: 3"),
    "a coding and a length of 0": coding(CHUNKED, "Content-Length: 0"),
    "an unknown coding": coding("Transfer-Encoding: xchunked"),
    "identity": coding("Transfer-Encoding: identity"),
    "gzip before chunked": coding("Transfer-Encoding: gzip, chunked"),
    "chunked before gzip": coding("Transfer-Encoding: chunked, gzip"),
    "gzip alone": coding("Transfer-Encoding: gzip"),
    "chunked twice": coding("Transfer-Encoding: chunked, chunked"),
    "chunked in two lines": coding(CHUNKED, CHUNKED),
    "two codings in two lines": coding("Transfer-Encoding: identity", CHUNKED),
    "an empty coding": coding("Transfer-Encoding:"),
    "chunked in quotes": coding('Transfer-Encoding: "chunked"'),
    "chunked with a parameter": coding("Transfer-Encoding: chunked;q=1"),
    "chunked with a comma": coding("Transfer-Encoding: chunked,"),
    "chunked behind a vertical tab": coding("Transfer-Encoding: \x0bchunked"),
    "chunked behind a byte that some take for a blank": coding("Transfer-Encoding: \xa0chunked"),
    "chunked with HTTP/1.0": head(CHUNKED, line=f"POST /{UUID} HTTP/1.0") + b"0\r\n\r\n",
    "an upgrade beside two framings": coding(
        "Connection: Upgrade", "Upgrade: x", CHUNKED, "Content-Length: 3"
    ),
    "an unknown coding behind an upgrade": coding(
        "Connection: Upgrade", "Upgrade: x", "Transfer-Encoding: y"
    ),
    # Chunks
    "a chunk size with 0x": chunks(b"0x3\r\nabc\r\n0\r\n\r\n"),
    "a chunk size with a plus": chunks(b"+3\r\nabc\r\n0\r\n\r\n"),
    "a chunk size with a minus": chunks(b"-3\r\nabc\r\n0\r\n\r\n"),
    "a chunk size with an underscore": chunks(b"0_3\r\nabc\r\n0\r\n\r\n"),
    "a chunk size behind a space": chunks(b" 3\r\nabc\r\n0\r\n\r\n"),
    "a chunk size before a space": chunks(b"3 \r\nabc\r\n0\r\n\r\n"),
    "no chunk size": chunks(b"\r\nabc\r\n0\r\n\r\n"),
    "a chunk size that is none": chunks(b"xyz\r\nabc\r\n0\r\n\r\n"),
    "a chunk size beyond 64 bits": chunks(b"10000000000000003\r\nabc\r\n0\r\n\r\n"),
    "a chunk shorter than its size": chunks(b"5\r\nabc\r\n0\r\n\r\n"),
    "a chunk longer than its size": chunks(b"2\r\nabc\r\n0\r\n\r\n"),
    "no CRLF behind a chunk": chunks(b"3\r\nabc0\r\n\r\n"),
    "bare LF behind a chunk size": chunks(b"3\nabc\r\n0\r\n\r\n"),
    "bare LF behind a chunk": chunks(b"3\r\nabc\n0\r\n\r\n"),
    "bare CR behind a chunk size": chunks(b"3\rabc\r\n0\r\n\r\n"),
    "bare LF behind the last chunk": chunks(b"3\r\nabc\r\n0\n\n"),
    "bare LF in a chunk extension": chunks(b"3;a\nb\r\nabc\r\n0\r\n\r\n"),
    "a chunk extension without a name": chunks(b"3;\r\nabc\r\n0\r\n\r\n"),
    "a chunk extension of control characters": chunks(b"3;a=\x00\r\nabc\r\n0\r\n\r\n"),
    "a chunk extension without an end": chunks(b"3;" + b"a" * 10_000),
    "a trailer without a colon": chunks(b"0\r\nnonsense\r\n\r\n"),
    "a trailer with a space before its colon": chunks(b"0\r\nA : b\r\n\r\n"),
    "a folded trailer": chunks(b"0\r\nA: b\r\n c\r\n\r\n"),
    "a trailer ending in bare LF": chunks(b"0\r\nA: b\n\r\n"),
    "NUL in a trailer": chunks(b"0\r\nA: \x00\r\n\r\n"),
    "too many trailers": chunks(b"0\r\n" + b"A: b\r\n" * 5000),
}

TOO_LARGE = {
    "a target of 9,000 bytes": (414, head(line=f"GET /{UUID}/{'x' * 9000} HTTP/1.1")),
    "a target without an end": (414, b"GET /" + b"x" * 100_000),
    "a header line of 70,000 bytes": (431, head("A: " + "b" * 70_000)),
    "70,000 bytes of header lines": (431, head(*["A: b"] * 12_000)),
    "a header section without an end": (431, head()[:-2] + b"A: b\r\n" * 20_000),
}

SMUGGLED = f"POST /{UUID}/smuggled HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.fixture(scope="module")
def viewer(memory_server: Server) -> Iterator[Viewer]:
    with Viewer(memory_server.url, uuid=UUID) as viewer:
        viewer.event("joined")
        yield viewer


def refuses(server: Server, viewer: Viewer, raw: bytes, status: int) -> None:
    """The raw bytes and a good request behind them get one answer, and none is delivered."""
    with Sender(server.address) as sender:
        with suppress(ConnectionError):  # it may close while we still send
            sender.send(raw + SMUGGLED)
        answer = sender.rest()
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer
    assert len(re.findall(rb"HTTP/1\.1 \d{3} ", answer)) == 1
    assert b"\r\nConnection: close\r\n" in answer
    assert b'{"error": {"code": %d, ' % status in answer
    post(server.address, f"/{UUID}/sentinel")
    assert viewer.event("request")["path"] == f"/{UUID}/sentinel"


def test_the_table_is_as_long_as_promised() -> None:
    assert len(MALFORMED) >= 60


@pytest.mark.parametrize("name", MALFORMED)
def test_it_refuses_what_is_malformed(memory_server: Server, viewer: Viewer, name: str) -> None:
    refuses(memory_server, viewer, MALFORMED[name], 400)


@pytest.mark.parametrize("name", TOO_LARGE)
def test_it_refuses_what_is_too_large(memory_server: Server, viewer: Viewer, name: str) -> None:
    status, raw = TOO_LARGE[name]
    refuses(memory_server, viewer, raw, status)


def test_a_good_request_before_a_malformed_one_is_delivered(
    memory_server: Server, viewer: Viewer
) -> None:
    good = head("Content-Length: 4") + b"good"
    with Sender(memory_server.address) as sender:
        sender.send(good + MALFORMED["two differing lengths"] + SMUGGLED)
        answers = sender.rest()
    assert (answers.count(b"HTTP/1.1 200 "), answers.count(b"HTTP/1.1 400 ")) == (1, 1)
    assert viewer.event("request")["body"]["content"] == "good"


def test_a_connection_that_says_nothing_is_left_alone(memory_server: Server) -> None:
    with Sender(memory_server.address) as sender:
        sender.socket.settimeout(0.5)
        with pytest.raises(socket.timeout):
            sender.rest()


def test_a_sender_that_resets_leaves_no_trace_in_the_log() -> None:
    with Server() as server:
        with Sender(server.address) as sender:
            sender.send(head("Content-Length: 5") + b"ab")
            sender.reset()
        server.end()
        assert server.log == ""


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_an_error_below_a_callback_has_the_callbacks_headers(
    memory_server: Server, accept: str
) -> None:
    raw = head(CHUNKED, f"Accept: {accept}") + b"zz\r\n"
    with Sender(memory_server.address) as sender:
        sender.send(raw)
        answer = sender.answer()
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["cache-control"] == "no-store"
    assert "webhook-viewers" not in answer.headers
