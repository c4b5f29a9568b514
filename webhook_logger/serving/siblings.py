"""The other workers of the same supervisor: hand over connections to them, and ask them.

Each worker has a Unix socket in a folder that only its user can open. A message there is either a
client's connection, as a file descriptor with the bytes that were read from it, or a question.

A session of the stream lives on one worker, and its id ends in that worker's number. A request with
such an id can arrive at any worker. It is handed over, so that long-polling works, and so does a
change from polling to a WebSocket.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs

import eventlet
from eventlet.green import socket as green

from webhook_logger.serving.eventlet import adopt_socket, wait_to_read
from webhook_logger.serving.listener import BACKLOG
from webhook_logger.serving.sockets import FairSocket, Socket
from webhook_logger.serving.supervised import Seat, socket_path

CONNECTION, QUESTION = b"C", b"?"
"""The first byte of a message."""
SEPARATOR = "."
"""Between the id of a session and the number of its worker."""
STREAM_PATH = "/socket.io/"
MAX_QUERY_CHARACTERS = 1024
"""A longer query is refused later."""
READ_BYTES = 64 * 1024
SEND_SECONDS = 1.0
"""Time for another worker to receive a message."""
REPORT_SECONDS = 1.0
"""Time for all workers to respond to a question."""

Adopt = Callable[[FairSocket, bytes], None]

log = logging.getLogger(__name__)


class Siblings:
    """The other workers, as one worker sees them."""

    def __init__(self, seat: Seat, prefix: str) -> None:
        self._seat = seat
        self.stream_path = prefix + STREAM_PATH
        self.number = seat.number
        self.session_suffix = f"{SEPARATOR}{seat.number}"
        self.folder = Path(seat.folder)

    def receive(self, adopt: Adopt, report: Callable[[str], str]) -> None:
        """Receive connections and questions from now on."""
        listener = green.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._seat.socket_path))
        listener.listen(BACKLOG)

        def accept() -> None:
            while True:
                sock, _ = listener.accept()
                eventlet.spawn_n(self._handle, sock, adopt, report)

        eventlet.spawn_n(accept)

    def _handle(self, sock: socket.socket, adopt: Adopt, report: Callable[[str], str]) -> None:
        sock.settimeout(SEND_SECONDS)
        descriptors: list[int] = []
        try:
            wait_to_read(sock)
            message, descriptors, *_ = socket.recv_fds(sock, READ_BYTES, 1)
            while more := sock.recv(READ_BYTES):
                message += more
            if message.startswith(CONNECTION):
                adopt(adopt_socket(descriptors.pop()), message[1:])
            elif message.startswith(QUESTION):
                sock.sendall(report(message[1:].decode()).encode())
        except OSError as error:
            log.warning("A message from another worker is lost: %s.", error)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
            sock.close()

    def route(self, target: str, sock: Socket, received: bytes | bytearray) -> bool:
        """Hand over the connection if its request belongs to a session on another worker.

        `received` is the whole request, as far as it was read. Return whether it is handed over.
        """
        number = self._session_worker(target)
        return number not in (0, self.number) and self.hand_over(number, sock.fileno(), received)

    def _session_worker(self, target: str) -> int:
        """Return the number of the worker that a session id names, or 0."""
        query = target.partition("?")[2]
        if len(query) > MAX_QUERY_CHARACTERS:
            return 0
        number = parse_qs(query).get("sid", [""])[0].rpartition(SEPARATOR)[2]
        return int(number) if re.fullmatch("[0-9]{1,9}", number) else 0

    def hand_over(self, number: int, descriptor: int, received: bytes | bytearray) -> bool:
        """Hand over a client's connection to the worker; return False if it is not received.

        The caller then closes its own descriptor, without shutting the connection down.
        """
        try:
            with self._connect(number) as sock:
                first = CONNECTION + received[:READ_BYTES]
                sent = socket.send_fds(sock, [first], [descriptor])
                sock.sendall(first[sent:] + received[READ_BYTES:])
        except OSError:
            return False
        return True

    def _connect(self, number: int) -> socket.socket:
        sock: socket.socket = green.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(SEND_SECONDS)
        try:
            sock.connect(str(socket_path(self._seat.folder, number)))
        except OSError:
            sock.close()
            raise
        return sock

    def ask(self, question: str) -> dict[int, str | None]:
        """Return the reports of the other workers by number; None for one that does not respond."""
        until = time.monotonic() + REPORT_SECONDS
        asked = {number: self._send_question(number, question) for number in self._others()}
        return {
            number: _read_report(sock, until) if sock else None for number, sock in asked.items()
        }

    def _others(self) -> list[int]:
        names = [path.stem for path in self.folder.glob("worker-*.sock")]
        numbers = [int(name.removeprefix("worker-")) for name in names]
        return sorted(number for number in numbers if number != self.number)

    def _send_question(self, number: int, question: str) -> socket.socket | None:
        sock = None
        try:
            sock = self._connect(number)
            sock.sendall(QUESTION + question.encode())
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            if sock:
                sock.close()
            return None
        return sock


def _read_report(sock: socket.socket, until: float) -> str | None:
    report = b""
    with suppress(OSError), sock:
        while True:
            sock.settimeout(max(0.001, until - time.monotonic()))
            more = sock.recv(READ_BYTES)
            if not more:
                return report.decode()
            report += more
    return None
