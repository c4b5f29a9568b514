"""Hostile senders and viewers, and the time that others wait for them."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import websocket

from tests.support.patience import eventually
from tests.support.sender import post
from tests.support.viewers import TEXT_FRAME, PacketViewer, connect

FIGURES: list[str] = []
"""Measurements, which are printed at the end of a run."""

ADDRESSES = 50
SENDERS_PER_STEP = 10
BATCH = 500
SENDERS = 16
JOIN_ID, LEAVE_ID = 1, 2
SPAWN = get_context("spawn")


def source(number: int) -> str:
    """Return one of 50 addresses of this machine, to simulate many clients."""
    return f"127.0.0.{2 + number % ADDRESSES}"


class ResponseTimes:
    """The response times of posts that are sent one after the other, and all accepted."""

    def __init__(
        self, address: tuple[str, int], posts: int, is_well: Callable[[], bool] = lambda: True
    ) -> None:
        """Send the posts, and assert `is_well()` after each."""
        path = f"/{uuid4()}"
        self.seconds = sorted(self._one(address, path, is_well) for _ in range(posts))

    def _one(self, address: tuple[str, int], path: str, is_well: Callable[[], bool]) -> float:
        begin = time.monotonic()
        assert post(address, path, b"x" * 300).status == 200
        seconds = time.monotonic() - begin
        assert is_well()
        return seconds

    def __str__(self) -> str:
        median, p99 = (self.seconds[int(len(self.seconds) * share)] for share in (0.5, 0.99))
        return f"p50 {median * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms"


def report(attack: str, before: ResponseTimes, meanwhile: ResponseTimes) -> None:
    """Print the response times at the end of the run. No test asserts them."""
    FIGURES.append(f"{attack}: others wait {meanwhile}; before, {before}")


class SlowSenders:
    """Connections that each send one byte a second of a request that never ends."""

    def __init__(self, url: str, count: int) -> None:
        self._url = url
        self._count = count
        self._stop = threading.Event()
        self._sockets = deque(self._open(number) for number in range(count))
        self._thread = threading.Thread(target=self._send)
        self.rounds = 0

    def _open(self, number: int) -> Any:
        sock = connect(self._url, source(number))
        length = "Content-Length: 100000\r\n\r\n" if number % 2 else "A: "
        sock.sendall(f"POST /{uuid4()} HTTP/1.1\r\nHost: h\r\n{length}".encode())
        return sock

    def _send(self) -> None:
        sent = 0
        while not self._stop.wait(SENDERS_PER_STEP / self._count):
            for _ in range(SENDERS_PER_STEP):
                self._sockets.append(self._send_byte(self._sockets.popleft()))
            sent += SENDERS_PER_STEP
            self.rounds = sent // self._count

    def _send_byte(self, sock: Any) -> Any:
        try:
            sock.sendall(b"x")
        except OSError:  # the server has closed the connection
            sock.close()
            return self._open(self.rounds)
        return sock

    def __enter__(self) -> SlowSenders:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for sock in self._sockets:
            sock.close()


@contextmanager
def in_another_process(work: Callable[..., object], *args: object) -> Iterator[Callable[[], bool]]:
    """Run `work` in another process during the `with` block, and fail if it fails.

    The block begins when `work` has set the first of two events. `work` continues at least until
    the second event is set, at the end of the block. Yield a function that returns whether `work`
    is still running.
    """
    begun, stop = SPAWN.Event(), SPAWN.Event()
    process = SPAWN.Process(target=work, args=(*args, begun, stop))
    process.start()
    try:
        eventually(lambda: begun.is_set() or not process.is_alive())
        yield process.is_alive
    finally:
        stop.set()
        process.join()
    assert process.exitcode == 0


def join_and_leave(url: str, viewers: int, rounds: int, begun: Event, stop: Event) -> None:
    """Connect viewers that all join a callback and all leave it, repeatedly."""
    uuid = str(uuid4())
    with ExitStack() as stack:
        crowd = [
            stack.enter_context(PacketViewer(url, source=source(number)))
            for number in range(viewers)
        ]
        begun.set()
        for done in itertools.count():
            if done >= rounds and stop.is_set():
                return
            for name, number in (("join", JOIN_ID), ("leave", LEAVE_ID)):
                for viewer in crowd:
                    viewer.write(message(name, number, uuid))
                assert all(acknowledgement(viewer, number)["ok"] for viewer in crowd)


def join_many(url: str, count: int, leave: bool) -> int:
    """Join `count` callbacks with one viewer, and return the number of accepted joins."""
    names = {"join": JOIN_ID, "leave": LEAVE_ID} if leave else {"join": JOIN_ID}
    accepted = 0
    with PacketViewer(url) as viewer:
        for _ in range(count // BATCH):
            uuids = [str(uuid4()) for _ in range(BATCH)]
            messages = [message(name, names[name], uuid) for uuid in uuids for name in names]
            viewer.write_raw(b"".join(map(frame, messages)))
            responses = [acknowledgement(viewer, names[name]) for _ in uuids for name in names]
            accepted += sum(each["ok"] for each in responses[:: len(names)])
    return accepted


def watch_and_post_to_many(url: str, callbacks: int, body: bytes) -> None:
    """Join and leave each of these callbacks with one viewer, and send a request to each."""
    at = urlsplit(url)
    address = (at.hostname or "", at.port or 0)
    with PacketViewer(url) as viewer, ThreadPoolExecutor(SENDERS) as senders:
        for _ in range(callbacks // BATCH):
            uuids = [str(uuid4()) for _ in range(BATCH)]
            for name, number in (("join", JOIN_ID), ("leave", LEAVE_ID)):
                messages = [message(name, number, uuid) for uuid in uuids]
                viewer.write_raw(b"".join(map(frame, messages)))
                assert all(acknowledgement(viewer, number)["ok"] for _ in uuids)
            for response in senders.map(lambda uuid: post(address, f"/{uuid}", body), uuids):
                assert response.status == 200


def frame(text: str) -> bytes:
    """Return a short text as a WebSocket frame, masked with zeros, which needs no CPU time."""
    return bytes((TEXT_FRAME, 0x80 | len(text), 0, 0, 0, 0)) + text.encode()


def flood(url: str, packet: str, opcode: int, count: int, begun: Event, stop: Event) -> None:
    """Send at least `count` packets as a viewer that reads nothing and reconnects."""
    batch = websocket.ABNF.create_frame(packet, opcode).format() * BATCH
    remaining = count // BATCH
    while remaining > 0 or not stop.is_set():
        with suppress(OSError, websocket.WebSocketException):
            with PacketViewer(url) as viewer:
                while remaining > 0 or not stop.is_set():
                    remaining -= 1
                    viewer.write_raw(batch)
                    begun.set()


def message(name: str, number: int, uuid: str) -> str:
    return f"42{number}" + json.dumps([name, {"uuid": uuid}])


def acknowledgement(viewer: PacketViewer, number: int) -> dict[str, Any]:
    """Return the acknowledgement with this number, and discard other packets."""
    while True:
        kind, data = viewer.packet()
        if kind == f"43{number}":
            return dict(data[0])
