"""HTTP as the client speaks it: what is given is what is sent."""

from __future__ import annotations

import pytest

from tests.support.processes import free_port
from tests.support.receiver import OK, Dripping, Receiver
from webhook_logger.client.errors import Invalid, TooLarge, TooSlow, Unreachable
from webhook_logger.client.http import Http, parse


def test_a_request_is_sent_byte_by_byte() -> None:
    lines = [("X-Dup", "1"), ("x-dup", "2"), ("X_Latin", "caf\xe9"), ("Content-Length", "4")]
    with Receiver() as receiver, Http() as http:
        http.send("PURGE", f"{receiver.url}/a//b/%C3%a9/../c?x=1&&y#z", lines, b"\x00\xffab")
        expected = (
            "PURGE /a//b/%C3%a9/../c?x=1&&y HTTP/1.1\r\n"
            f"Host: {receiver.authority}\r\nX-Dup: 1\r\nx-dup: 2\r\nX_Latin: caf\xe9\r\n"
            "Content-Length: 4\r\n\r\n\x00\xffab"
        )
        assert receiver.received() == expected.encode("latin-1")


def test_a_host_that_is_given_is_kept_and_a_length_is_added() -> None:
    with Receiver() as receiver, Http() as http:
        http.send("POST", receiver.url, [("host", "example.com")], b"abc")
        head = b"POST / HTTP/1.1\r\nhost: example.com\r\nContent-Length: 3\r\n\r\nabc"
        assert receiver.received() == head


@pytest.mark.parametrize(("method", "told"), [("GET", False), ("DELETE", False), ("POST", True)])
def test_an_empty_body_is_told_where_one_may_be_expected(method: str, told: bool) -> None:
    with Receiver() as receiver, Http() as http:
        http.send(method, receiver.url)
        assert (b"Content-Length: 0" in receiver.received()) is told


def test_an_answer_comes_as_it_was_sent() -> None:
    answer = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\nX-Dup: 1\r\nx-dup: \xe9\r\n"
        b"Content-Length: 2\r\nContent-Encoding: gzip\r\n\r\n\x00\x01"
    )
    with Receiver(answer) as receiver, Http() as http:
        got = http.send("GET", receiver.url)
    assert (got.status, got.body) == (302, b"\x00\x01")
    assert got.headers[1:3] == (("X-Dup", "1"), ("x-dup", "\xe9"))


@pytest.mark.parametrize(
    "url",
    [
        "hooks.example.com",
        "ftp://a/",
        "http://",
        "http:///x",
        "http://a:b/",
        "http://a:99999/",
        "http://user:secret@a/",
        "http://user@a/",
        "http://user@a:1",
        "http://a b/",
        "http://a\\b/",
        "http://a/ b",
        "http://a/\r\nX: y",
        "http://a/\xe9",
        "http://a..b/",
    ],
)
def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(Invalid):
        parse(url)


def test_an_ipv6_host_keeps_its_brackets() -> None:
    assert parse("http://[::1]:80/").host == b"::1"


@pytest.mark.parametrize("line", [("X: y", "z"), ("X", "a\r\nB: c"), ("X", "€")])
def test_a_header_that_http_cannot_carry_is_told(line: tuple[str, str]) -> None:
    with Receiver() as receiver, Http() as http, pytest.raises(Invalid, match="can't carry"):
        http.send("GET", receiver.url, [line])


def test_nobody_there_is_told() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with Http() as http, pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
        http.send("GET", url)


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]
)
def test_an_answer_that_is_none_or_breaks_off_is_told(answer: bytes) -> None:
    with Receiver(answer) as receiver, Http() as http, pytest.raises(Unreachable):
        http.send("GET", receiver.url)


def test_an_answer_that_does_not_come_is_told() -> None:
    with Receiver(b"") as receiver, Http() as http, pytest.raises(TooSlow, match=r"0\.2 seconds"):
        http.send("GET", receiver.url, timeout=0.2)


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"],
    ids=["status", "headers", "body"],
)
def test_an_answer_that_drips_is_not_waited_for_without_end(start: bytes) -> None:
    with Dripping(start) as receiver, Http() as http, pytest.raises(TooSlow, match=r"0\.3 sec"):
        http.send("POST", receiver.url, timeout=0.3)


@pytest.mark.parametrize("length", ["2", "4"])
def test_a_length_that_is_not_that_of_the_body_is_refused(length: str) -> None:
    with Receiver() as receiver, Http() as http, pytest.raises(Invalid, match="Content-Length"):
        http.send("POST", receiver.url, [("Content-Length", length)], b"abc")


def test_an_answer_that_is_too_large_is_told() -> None:
    with Receiver(OK) as receiver, Http(most_bytes=1) as http, pytest.raises(TooLarge):
        http.send("GET", receiver.url)


def test_a_target_goes_in_place_of_the_urls_and_may_have_what_no_url_has() -> None:
    with Receiver() as receiver, Http() as http:
        http.send("GET", f"{receiver.url}/own?own", target="/a#b?c#d")
        assert receiver.received().startswith(b"GET /a#b?c#d HTTP/1.1\r\n")
        with pytest.raises(Invalid):
            http.send("GET", receiver.url, target="/a b")
