"""A worker that receives SIGTERM finishes requests and disconnects viewers gracefully."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
import requests
import websocket

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.polling import PollingViewer
from tests.support.processes import Redis, Server, patched, status_of
from tests.support.responders import Responder, give
from tests.support.sender import Response, Sender, ask, post, send
from tests.support.viewers import PacketViewer

POLLING = "/socket.io/?EIO=4&transport=polling"
WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"
HANDSHAKE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
CUT_OFF = 'viewers_cut_off_total{reason="draining"}'


def begin_draining(server: Server) -> None:
    """Send SIGTERM, and wait until the worker has received it."""
    server.until_ready()  # it handles signals from now on
    server.terminate()
    eventually(lambda: status_of(server.url + "/readyz") == 503)


def get(server: Server, path: str, *lines: str, method: str = "GET") -> Response:
    head = [f"{method} {path} HTTP/1.1", "Host: h", *lines, "", ""]
    return send(server.address, "\r\n".join(head).encode())


@pytest.mark.parametrize("kind", [PacketViewer, PollingViewer])
def test_a_draining_worker_is_not_ready_and_still_serves_its_viewers(
    uuid: str, kind: type[PacketViewer]
) -> None:
    with Server(DRAIN_SECONDS=60) as server, kind(server.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        begin_draining(server)
        assert viewer.event("bye") == {"reason": "draining", "seconds": 60}
        assert status_of(server.url + "/healthz") == 200
        assert post(server.address, f"/{uuid}").status == 200
        assert viewer.event("request")["seq"] == 1
        server.terminate()  # a second signal ends it at once
        assert server.wait() == 0


@pytest.mark.parametrize(("path", "lines"), [(POLLING, ()), (WEBSOCKET, HANDSHAKE)])
def test_a_draining_worker_refuses_new_sessions_only(path: str, lines: tuple[str, ...]) -> None:
    with Server(DRAIN_SECONDS=60) as server:
        session = json.loads(get(server, POLLING).body[1:])["sid"]
        begin_draining(server)
        # A load balancer tries an unknown session on another worker, too.
        for query in ("", "&sid=unknown"):
            refused = get(server, path + query, *lines)
            assert (refused.status, refused.headers["retry-after"]) == (503, "1")
            assert json.loads(refused.body)["error"]["reason"] == "draining"
        assert get(server, POLLING, method="OPTIONS").status == 200
        assert get(server, "/socket.io/?EIO=3", *lines).status == 400
        assert get(server, path + f"&sid={session}", *lines).status != 503
        server.terminate()


def test_a_viewer_that_connects_late_also_gets_bye() -> None:
    with Server(DRAIN_SECONDS=60) as server:
        path = f"{POLLING}&sid={json.loads(get(server, POLLING).body[1:])['sid']}"
        begin_draining(server)
        assert ask(server.address, "POST", path, b"40").status == 200
        packets = []
        while len(packets) < 2:
            packets += get(server, path).body.decode().split("\x1e")
        assert packets[0].startswith("40")
        assert packets[1].startswith('42["bye",{"reason":"draining","seconds":')
        server.terminate()


def test_a_viewer_that_leaves_a_draining_worker_is_not_counted_as_disconnected(uuid: str) -> None:
    with Server(DRAIN_SECONDS=60) as server:
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            begin_draining(server)
            viewer.event("bye")
        eventually(lambda: server.metrics()["viewers"] == 0)
        assert server.metrics()[CUT_OFF] == 0
        server.terminate()


def test_viewers_have_time_to_move_if_there_is_another_worker(redis: Redis, uuid: str) -> None:
    with Server(REDIS_URL=redis.url) as leaving, Server(REDIS_URL=redis.url) as other:
        other.until_ready()
        leaving.until_ready()
        auth = {"uuid": uuid}
        with PacketViewer(other.url, auth), PacketViewer(leaving.url, auth) as viewer:
            viewer.event("joined")
            leaving.terminate()
            assert viewer.event("bye") == {"reason": "draining", "seconds": 5}
            for address in (leaving.address, other.address):
                assert post(address, f"/{uuid}").status == 200
            assert [request["seq"] for request in viewer.requests(2)] == [1, 2]
        assert leaving.wait() == 0  # soon, because no viewer is left


def test_a_worker_alone_on_its_queue_stops_without_delay(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        server.until_ready()
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            server.terminate()
            assert viewer.event("bye") == {"reason": "draining", "seconds": 0}
        assert server.wait() == 0


@pytest.mark.parametrize("stays", [True, False])
def test_a_sender_on_a_draining_worker_gets_the_responders_response(
    redis: Redis, uuid: str, stays: bool
) -> None:
    """The worker stops before the response arrives, if no viewer is left on it."""
    settings = {"REDIS_URL": redis.url, "RESPONSE_TIMEOUT": 30}
    with Server(**settings) as leaving, Server(**settings) as other, ThreadPoolExecutor() as pool:
        other.until_ready()
        leaving.until_ready()
        with Responder(other, uuid) as responder:
            waiting = pool.submit(post, leaving.address, f"/{uuid}")
            request = responder.request()
            with PacketViewer(leaving.url, {"uuid": uuid}) as viewer:
                viewer.event("joined")
                leaving.terminate()
                viewer.event("bye")
                if stays:
                    assert give(other, request, b"live").status == 204
                    assert waiting.result().body == b"live"
            if not stays:
                with pytest.raises(ConnectionError):
                    eventually(lambda: not get(leaving, "/healthz"))
                assert give(other, request, b"live").status == 204
                assert waiting.result().body == b"live"
        assert leaving.wait() == 0


def test_a_sender_gets_the_reply_if_no_response_arrives_while_its_worker_stops(
    redis: Redis, uuid: str
) -> None:
    settings = {"REDIS_URL": redis.url, "RESPONSE_TIMEOUT": 30}
    command = patched("server.IN_FLIGHT_SECONDS = 0.1")
    with (
        Server(command, **settings) as leaving,
        Server(**settings) as other,
        ThreadPoolExecutor() as pool,
    ):
        other.until_ready()
        leaving.until_ready()
        with Responder(other, uuid) as responder:
            waiting = pool.submit(post, leaving.address, f"/{uuid}")
            responder.request()
            leaving.terminate()
            assert waiting.result().status == 200
            assert responder.event("responded")["by"] == "default"
        assert leaving.wait() == 0


def test_a_worker_stops_although_the_queue_does_not_respond(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, QUEUE_TIMEOUT=60) as server:
        server.until_ready()
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            redis.freeze()
            try:
                server.terminate()
                assert viewer.event("bye") == {"reason": "draining", "seconds": 0}
                assert server.wait() == 0
            finally:
                redis.thaw()


def test_the_process_ends_although_its_threads_hang() -> None:
    hang = "server._drain = lambda *_: eventlet.patcher.original('time').sleep(600)"
    command = patched("server.HANDOVER_SECONDS = server.STOP_SECONDS = 0.5", hang)
    with Server(command) as server:
        server.until_ready()
        server.terminate()
        assert server.wait() == 1
        assert "Timeout" in server.log
        assert "server.py" in server.log


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

        def send_until_refused(number: int) -> Counter[int]:
            statuses: Counter[int] = Counter()
            with suppress(ConnectionRefusedError):
                while True:
                    statuses[post(server.address, f"/{uuid}").status] += 1
                    if number == 0 and statuses.total() == 20:
                        server.terminate()
            return statuses

        with ThreadPoolExecutor(16) as senders:
            responses = sum(senders.map(send_until_refused, range(16)), Counter())
        assert set(responses) == {200}
        assert server.wait() == 0
