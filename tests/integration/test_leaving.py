"""A worker that receives SIGTERM finishes requests and disconnects viewers gracefully."""

from __future__ import annotations

import threading
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


def test_a_draining_worker_is_not_ready_and_still_serves(uuid: str) -> None:
    with Server(DRAIN_SECONDS=60) as server:
        server.until_ready()  # it handles signals from now on
        server.terminate()
        eventually(lambda: status_of(server.url + "/readyz") == 503)
        assert status_of(server.url + "/healthz") == 200
        assert post(server.address, f"/{uuid}").status == 200
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            server.terminate()  # a second signal ends it at once
            assert server.wait() == 0


def test_a_worker_finishes_requests_in_flight_and_accepts_no_others(uuid: str) -> None:
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


def test_an_accepted_connection_is_served_until_the_worker_ends(uuid: str) -> None:
    head = f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"

    def begins_in_time() -> bool:
        """Begin a request after `bye`. Return whether the worker still read messages then.

        If it did, check that it finishes the request after it has disconnected the viewers.
        """
        with Server() as server, Sender(server.address) as sender, ExitStack() as stack:
            auth = {"uuid": uuid}
            viewers = [stack.enter_context(PacketViewer(server.url, auth)) for _ in range(20)]
            for viewer in viewers:
                viewer.event("joined")
            server.terminate()
            # The worker accepts no more connections.
            assert viewers[0].event("bye") == {"reason": "draining", "seconds": 0}
            kinds = []
            with suppress(OSError, websocket.WebSocketException):
                sender.send(head.encode() + b"hel")
                viewers[-1].write('421["leave",null]')
                while True:
                    kinds.append(viewers[-1].packet()[0])
            if "431" in kinds:
                sender.send(b"lo")
                assert sender.response().status == 200
            assert server.wait() == 0
            return "431" in kinds

    eventually(begins_in_time)


def test_viewers_receive_bye_and_are_disconnected_so_that_they_reconnect(uuid: str) -> None:
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
            # Clients do not reconnect after Socket.IO's DISCONNECT or Engine.IO's CLOSE.
            assert not set(rest) & {"41", "1"}
        assert server.wait() == 0
        assert "Traceback" not in server.log


def test_every_accepted_connection_gets_its_response(uuid: str) -> None:
    with Server() as server:
        server.until_ready()
        terminated = threading.Event()

        def send(n: int) -> int | None:
            if n == 200:
                server.terminate()
                terminated.set()
            elif n > 400:  # these come after the signal, even if the thread that sends it waits
                terminated.wait(PATIENCE_SECONDS)
            try:
                return post(server.address, f"/{uuid}").status
            except ConnectionRefusedError:
                return None

        with ThreadPoolExecutor(16) as senders:
            responses = Counter(senders.map(send, range(600)))
        assert set(responses) == {200, None}
        assert server.wait() == 0
