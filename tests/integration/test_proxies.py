"""Forwarded headers: shown always, believed from so many proxies as are trusted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.processes import Server
from tests.support.sender import post
from tests.support.viewers import Viewer, Wire

LINES = (
    "X-Forwarded-For: 198.51.100.1, 198.51.100.2, 198.51.100.3",
    "X-Forwarded-Proto: gopher, https, ws",
    "X-Forwarded-Host: first.example, second.example, third.example",
)


@pytest.fixture(scope="module", params=[0, 1, 2])
def trusting(request: pytest.FixtureRequest) -> Iterator[tuple[int, Server]]:
    with Server(TRUSTED_PROXIES=request.param) as server:
        yield request.param, server


def seen(server: Server, uuid: str, *lines: str) -> Wire:
    with Viewer(server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        post(server.address, f"/{uuid}", b"", *lines)
        return viewer.event("request")


def test_so_many_proxies_are_believed_from_the_right_end(
    trusting: tuple[int, Server], uuid: str
) -> None:
    count, server = trusting
    request = seen(server, uuid, *LINES)
    assert (request["remote_addr"], request["scheme"], request["host"]) == {
        0: ("127.0.0.1", "http", "test"),
        1: ("198.51.100.3", "ws", "third.example"),
        2: ("198.51.100.2", "https", "second.example"),
    }[count]


def test_forwarded_lines_are_shown_as_sent(trusting: tuple[int, Server], uuid: str) -> None:
    request = seen(trusting[1], uuid, *LINES, "X_Forwarded_For: 1.2.3.4")
    shown = [f"{name}: {value}" for name, value in request["headers"]]
    assert shown[-4:] == [*LINES, "X_Forwarded_For: 1.2.3.4"]


def test_a_name_with_underscores_does_not_pass_for_the_real_one(
    trusting: tuple[int, Server], uuid: str
) -> None:
    assert seen(trusting[1], uuid, "X_Forwarded_For: 1.2.3.4")["remote_addr"] == "127.0.0.1"
