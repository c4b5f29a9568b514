"""Senders and viewers that mean harm, and how long the others wait meanwhile."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from typing import Any
from uuid import uuid4

import websocket

from tests.support.patience import eventually
from tests.support.sender import post
from tests.support.viewers import TEXT_FRAME, PacketViewer, connect

FIGURES: list[str] = []
"""What was measured, for the end of a run."""

ADDRESSES = 50
DRIPS_AT_ONCE = 10
A_BATCH = 500
JOIN_ID, LEAVE_ID = 1, 2
SPAWN = get_context("spawn")


def source(number: int) -> str:
    """One of some addresses of this machine, as if they were many."""
    return f"127.0.0.{2 + number % ADDRESSES}"


class Waits:
    """Posts that are all accepted, one after the other, and how long each response took."""

    def __init__(
        self, address: tuple[str, int], posts: int, is_well: Callable[[], bool] = lambda: True
    ) -> None:
        """Also asserts `is_well()` after each post."""
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


def report(what: str, before: Waits, meanwhile: Waits) -> None:
    """Print the waits at the end of the run: figures to read, which no test asserts."""
    FIGURES.append(f"{what}: others wait {meanwhile}; before, {before}")


class Drip:
    """So many connections that send a byte a second each, of a request without an end."""

    def __init__(self, url: str, count: int) -> None:
        self._url = url
        self._count = count
        self._stop = threading.Event()
        self._sockets = deque(self._open(number) for number in range(count))
        self._thread = threading.Thread(target=self._drip)
        self.rounds = 0

    def _open(self, number: int) -> Any:
        sock = connect(self._url, source(number))
        length = "Content-Length: 100000\r\n\r\n" if number % 2 else "A: "
        sock.sendall(f"POST /{uuid4()} HTTP/1.1\r\nHost: h\r\n{length}".encode())
        return sock

    def _drip(self) -> None:
        drops = 0
        while not self._stop.wait(DRIPS_AT_ONCE / self._count):
            for _ in range(DRIPS_AT_ONCE):
                self._sockets.append(self._drop(self._sockets.popleft()))
            drops += DRIPS_AT_ONCE
            self.rounds = drops // self._count

    def _drop(self, sock: Any) -> Any:
        try:
            sock.sendall(b"x")
        except OSError:  # given up by the server: come back
            sock.close()
            return self._open(self.rounds)
        return sock

    def __enter__(self) -> Drip:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for sock in self._sockets:
            sock.close()


@contextmanager
def elsewhere(work: Callable[..., object], *args: object) -> Iterator[Callable[[], bool]]:
    """Let another process work while the `with` block runs; its failure fails this one.

    The block begins when `work` has set the first of two events. `work` goes on at least until the
    second one is set, at the end of the block. Gives a function that says whether it still works.
    """
    begun, enough = SPAWN.Event(), SPAWN.Event()
    process = SPAWN.Process(target=work, args=(*args, begun, enough))
    process.start()
    try:
        eventually(lambda: begun.is_set() or not process.is_alive())
        yield process.is_alive
    finally:
        enough.set()
        process.join()
    assert process.exitcode == 0


def come_and_go(url: str, viewers: int, rounds: int, begun: Event, enough: Event) -> None:
    """Viewers of one callback that all join it, and all leave it, again and again."""
    uuid = str(uuid4())
    with ExitStack() as stack:
        crowd = [
            stack.enter_context(PacketViewer(url, source=source(number)))
            for number in range(viewers)
        ]
        begun.set()
        for done in itertools.count():
            if done >= rounds and enough.is_set():
                return
            for name, number in (("join", JOIN_ID), ("leave", LEAVE_ID)):
                for viewer in crowd:
                    viewer.write(message(name, number, uuid))
                assert all(acknowledgement(viewer, number)["ok"] for viewer in crowd)


def ask_for_rooms(url: str, count: int, leave: bool) -> int:
    """One viewer that joins so many callbacks; how many of the joins were granted."""
    names = {"join": JOIN_ID, "leave": LEAVE_ID} if leave else {"join": JOIN_ID}
    granted = 0
    with PacketViewer(url) as viewer:
        for _ in range(count // A_BATCH):
            uuids = [str(uuid4()) for _ in range(A_BATCH)]
            asked = [message(name, names[name], uuid) for uuid in uuids for name in names]
            viewer.write_raw(b"".join(map(frame, asked)))
            responses = [acknowledgement(viewer, names[name]) for _ in uuids for name in names]
            granted += sum(each["ok"] for each in responses[:: len(names)])
    return granted


def frame(text: str) -> bytes:
    """A short text as one WebSocket frame, masked with zeros, which costs nothing."""
    return bytes((TEXT_FRAME, 0x80 | len(text), 0, 0, 0, 0)) + text.encode()


def flood(url: str, packet: str, opcode: int, count: int, begun: Event, enough: Event) -> None:
    """A viewer that sends at least `count` packets, reads nothing, and comes back when it is cut
    off.
    """
    batch = websocket.ABNF.create_frame(packet, opcode).format() * A_BATCH
    left = count // A_BATCH
    while left > 0 or not enough.is_set():
        with suppress(OSError, websocket.WebSocketException):
            with PacketViewer(url) as viewer:
                while left > 0 or not enough.is_set():
                    left -= 1
                    viewer.write_raw(batch)
                    begun.set()


def message(name: str, number: int, uuid: str) -> str:
    return f"42{number}" + json.dumps([name, {"uuid": uuid}])


def acknowledgement(viewer: PacketViewer, number: int) -> dict[str, Any]:
    """The acknowledgement with that number, past all else."""
    while True:
        kind, data = viewer.packet()
        if kind == f"43{number}":
            return dict(data[0])
