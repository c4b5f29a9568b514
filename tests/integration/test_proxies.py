"""Forwarded headers are always captured, and used only from the number of trusted proxies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.processes import ALL_TRUSTED, Server
from tests.support.sender import post
from tests.support.viewers import Viewer, Wire

LINES = (
    "X-Forwarded-For: 198.51.100.1, 198.51.100.2, 198.51.100.3",
    "X-Forwarded-Proto: gopher, https, ws",
    "X-Forwarded-Host: first.example, second.example, third.example",
)


def trust_all(count: int) -> dict[str, int]:
    """Return settings that trust this number of proxies for each header."""
    return dict.fromkeys(ALL_TRUSTED, count)


@pytest.fixture(scope="module", params=[0, 1, 2])
def trusting(request: pytest.FixtureRequest) -> Iterator[tuple[int, Server]]:
    with Server(**trust_all(request.param)) as server:
        yield request.param, server


def seen(server: Server, uuid: str, *lines: str) -> Wire:
    with Viewer(server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        post(server.address, f"/{uuid}", b"", *lines)
        return viewer.event("request")


@pytest.fixture(scope="module")
def trusting_addresses() -> Iterator[Server]:
    with Server(TRUSTED_PROXIES=1) as server:
        yield server


def test_each_header_is_trusted_separately(trusting_addresses: Server, uuid: str) -> None:
    request = seen(trusting_addresses, uuid, *LINES)
    captured = (request["remote_addr"], request["scheme"], request["host"])
    assert captured == ("198.51.100.3", "http", "test")


def test_each_header_has_its_own_number_of_trusted_proxies(uuid: str) -> None:
    numbers = {"TRUSTED_PROXIES": 3, "TRUSTED_PROXIES_PROTO": 1, "TRUSTED_PROXIES_HOST": 2}
    with Server(**numbers) as server:
        request = seen(server, uuid, *LINES)
    captured = (request["remote_addr"], request["scheme"], request["host"])
    assert captured == ("198.51.100.1", "ws", "second.example")


def test_trusted_proxies_are_counted_from_the_right(
    trusting: tuple[int, Server], uuid: str
) -> None:
    count, server = trusting
    request = seen(server, uuid, *LINES)
    assert (request["remote_addr"], request["scheme"], request["host"]) == {
        0: ("127.0.0.1", "http", "test"),
        1: ("198.51.100.3", "ws", "third.example"),
        2: ("198.51.100.2", "https", "second.example"),
    }[count]


@pytest.fixture(scope="module")
def trusting_two() -> Iterator[Server]:
    with Server(**trust_all(2)) as server:
        yield server


SPOOFED = ("6.6.6.6", "6.6.6.6, 7.7.7.7", '"6.6.6.6', '6.6.6.6, "', "\\", ",", "6.6.6.6,", "\xff")


@pytest.mark.parametrize("spoofed", SPOOFED)
def test_addresses_that_a_sender_puts_on_the_left_are_ignored(
    trusting_two: Server, uuid: str, spoofed: str
) -> None:
    line = f"X-Forwarded-For: {spoofed}, 203.0.113.9, 198.51.100.1"
    request = seen(trusting_two, uuid, line)
    assert request["remote_addr"] == "203.0.113.9"
    assert f"{request['headers'][-1][0]}: {request['headers'][-1][1]}" == line


def test_addresses_on_separate_lines_of_a_sender_are_ignored(
    trusting_two: Server, uuid: str
) -> None:
    spoofed = ("X-Forwarded-For: 6.6.6.6", "x-forwarded-for: 7.7.7.7")
    request = seen(trusting_two, uuid, *spoofed, "X-Forwarded-For: 203.0.113.9, 198.51.100.1")
    assert request["remote_addr"] == "203.0.113.9"


def test_a_proxy_may_add_a_separate_line(trusting_two: Server, uuid: str) -> None:
    lines = ("X-Forwarded-For: 6.6.6.6, 203.0.113.9", "X-Forwarded-For: 198.51.100.1")
    assert seen(trusting_two, uuid, *lines)["remote_addr"] == "203.0.113.9"


@pytest.mark.parametrize("value", ["203.0.113.9", "", "unknown"])
def test_headers_with_fewer_hops_than_trusted_are_ignored(
    trusting_two: Server, uuid: str, value: str
) -> None:
    lines = ("For", "Proto", "Host")
    request = seen(trusting_two, uuid, *(f"X-Forwarded-{name}: {value}" for name in lines))
    captured = (request["remote_addr"], request["scheme"], request["host"])
    assert captured == ("127.0.0.1", "http", "test")


ADDRESSES = {
    "203.0.113.9": "203.0.113.9",
    "203.0.113.9:4711": "203.0.113.9",
    "::ffff:203.0.113.9": "203.0.113.9",
    "[::ffff:203.0.113.9]:4711": "203.0.113.9",
    "2001:db8::1": "2001:db8::1",
    "2001:DB8:0::1": "2001:db8::1",
    "[2001:db8::1]": "2001:db8::1",
    "[2001:db8::1]:4711": "2001:db8::1",
    "unknown": None,
    "_hidden": None,
    "203.0.113.999": None,
    "203.0.113.9 x": None,
    "<script>": None,
    '"203.0.113.9"': None,
    "[2001:db8::1": None,
    "": None,
}


@pytest.mark.parametrize("value", ADDRESSES)
def test_invalid_addresses_are_ignored_and_ports_are_removed(
    trusting: tuple[int, Server], uuid: str, value: str
) -> None:
    count, server = trusting
    line = f"X-Forwarded-For: {', '.join([value, *['198.51.100.1'] * (count - 1)])}"
    expected = ADDRESSES[value] if count else None
    assert seen(server, uuid, line)["remote_addr"] == (expected or "127.0.0.1")


def test_an_invalid_scheme_or_host_is_ignored(trusting: tuple[int, Server], uuid: str) -> None:
    lines = ("X-Forwarded-Proto: javascript, javascript", "X-Forwarded-Host: a/b, a@b")
    request = seen(trusting[1], uuid, *lines)
    assert (request["scheme"], request["host"]) == ("http", "test")


@pytest.mark.parametrize("host", ["hooks.example.com:8443", "[2001:db8::1]", "[2001:db8::1]:8443"])
def test_a_forwarded_host_may_have_a_port_and_be_an_address(
    trusting: tuple[int, Server], uuid: str, host: str
) -> None:
    count, server = trusting
    request = seen(server, uuid, f"X-Forwarded-Host: {', '.join([host] * max(1, count))}")
    assert request["host"] == (host if count else "test")


def test_other_headers_of_proxies_are_ignored(trusting: tuple[int, Server], uuid: str) -> None:
    others = ("Forwarded: for=6.6.6.6;proto=https", "X-Real-IP: 6.6.6.6", "X-Forwarded-Prefix: /x")
    request = seen(trusting[1], uuid, *others, "Webhook-Logger-Client: 6.6.6.6")
    assert (request["remote_addr"], request["scheme"]) == ("127.0.0.1", "http")


def test_forwarded_lines_are_captured_as_sent(trusting: tuple[int, Server], uuid: str) -> None:
    request = seen(trusting[1], uuid, *LINES, "X_Forwarded_For: 1.2.3.4")
    captured = [f"{name}: {value}" for name, value in request["headers"]]
    assert captured[-4:] == [*LINES, "X_Forwarded_For: 1.2.3.4"]


def test_a_header_name_with_underscores_is_ignored(trusting: tuple[int, Server], uuid: str) -> None:
    assert seen(trusting[1], uuid, "X_Forwarded_For: 1.2.3.4")["remote_addr"] == "127.0.0.1"
