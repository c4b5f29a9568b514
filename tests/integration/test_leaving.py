"""SIGTERM: nobody is hurt when a worker leaves."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
import requests
import websocket

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Server, status_of
from tests.support.sender import Sender, post
from tests.support.viewers import PacketViewer


def test_it_says_that_it_is_not_ready_and_serves_on_while_it_drains(uuid: str) -> None:
    with Server(DRAIN_SECONDS=60) as server:
        server.until_ready()  # it serves, and so it listens to signals
        server.terminate()
        eventually(lambda: status_of(server.url + "/readyz") == 503)
        assert status_of(server.url + "/healthz") == 200
        assert post(server.address, f"/{uuid}").status == 200
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            server.terminate()  # the second one ends it at once
            assert server.wait() == 0


def test_what_is_in_flight_is_finished_and_nothing_new_is_taken(uuid: str) -> None:
    with Server() as server, Sender(server.address) as slow, Sender(server.address) as idle:
        idle.send(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        assert idle.response().status == 200
        slow.send(f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel".encode())
        server.terminate()
        assert idle.is_closed()
        with pytest.raises(requests.ConnectionError):
            eventually(lambda: not requests.get(server.url + "/healthz", timeout=PATIENCE_SECONDS))
        slow.send(b"lo")
        response = slow.response()
        assert (response.status, response.headers["connection"]) == (200, "close")
        assert server.wait() == 0


def test_a_connection_that_was_let_in_is_served_as_long_as_the_worker_lives(uuid: str) -> None:
    with Server() as server, Sender(server.address) as sender, ExitStack() as stack:
        auth = {"uuid": uuid}
        viewers = [stack.enter_context(PacketViewer(server.url, auth)) for _ in range(20)]
        for viewer in viewers:
            viewer.event("joined")
        server.terminate()
        assert viewers[0].event("bye") == {"reason": "draining", "seconds": 0}  # it accepts no more
        sender.send(f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel".encode())
        with suppress(OSError):
            while viewers[-1].packet():
                pass
        sender.send(b"lo")
        assert sender.response().status == 200
        assert server.wait() == 0


def test_viewers_are_told_and_cut_off_so_that_they_come_back(uuid: str) -> None:
    with Server() as server, ExitStack() as stack:
        auth = {"uuid": uuid}
        viewers = [stack.enter_context(PacketViewer(server.url, auth)) for _ in range(5)]
        for viewer in viewers:
            viewer.event("joined")
        server.terminate()
        for viewer in viewers:
            assert viewer.event("bye") == {"reason": "draining", "seconds": 0}
            rest = []
            with suppress(OSError, websocket.WebSocketException):
                while True:
                    rest.append(viewer.packet()[0])
            # Neither Socket.IO's DISCONNECT nor Engine.IO's CLOSE: after those clients stay away.
            assert not set(rest) & {"41", "1"}
        assert server.wait() == 0
        assert "Traceback" not in server.log


def test_every_connection_that_was_let_in_gets_its_response(uuid: str) -> None:
    with Server() as server:
        server.until_ready()

        def send(n: int) -> int | None:
            if n == 200:
                server.terminate()
            try:
                return post(server.address, f"/{uuid}").status
            except ConnectionRefusedError:
                return None

        with ThreadPoolExecutor(16) as senders:
            responses = Counter(senders.map(send, range(600)))
        assert set(responses) == {200, None}
        assert server.wait() == 0
