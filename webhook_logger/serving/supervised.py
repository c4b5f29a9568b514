"""The connection between a supervisor and one of its workers, as both see it.

The supervisor passes it in the environment. Over a pair of sockets, a worker reports when it
accepts connections, and the supervisor asks it to drain. When the supervisor has ended, the worker
notices that the pair is closed, and drains, too.
"""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from webhook_logger.serving.signals import DRAIN, Signals

VARIABLE = "WEBHOOK_LOGGER_WORKER"
ACCEPTING = b"accepting"
MAX_MESSAGE_BYTES = 64


@dataclass(frozen=True)
class Seat:
    """The place of a worker among the workers of one supervisor."""

    number: int
    """Each worker process has another number, also after a restart."""
    control: int
    """The file descriptor of the worker's end of the pair of sockets."""
    listener: int
    """The file descriptor of the bound socket on which the worker accepts connections."""
    folder: str
    """The private folder of the workers' sockets and metrics."""
    is_replacement: bool
    """Whether the worker replaces another one, which works until this one is ready."""

    @property
    def variable(self) -> dict[str, str]:
        """Return the seat as a variable of the environment."""
        return {VARIABLE: json.dumps(asdict(self))}

    @property
    def socket_path(self) -> Path:
        """Return the path of the socket on which the worker receives from the other workers."""
        return socket_path(self.folder, self.number)


def socket_path(folder: str, number: int) -> Path:
    """Return the path of the socket of the worker with this number."""
    return Path(folder, f"worker-{number}.sock")


def take_seat(environ: MutableMapping[str, str]) -> Seat | None:
    """Remove the seat from the environment and return it; None if the worker has no supervisor."""
    text = environ.pop(VARIABLE, "")
    return Seat(**json.loads(text)) if text else None


class Control:
    """A worker's end of the pair of sockets."""

    def __init__(self, seat: Seat, signals: Signals) -> None:
        self._seat = seat
        self._signals = signals
        self._socket = socket.socket(fileno=seat.control)
        self.successor = 0
        """The number of the worker that replaces this one, or 0."""
        """It has the same listening socket, and accepts connections already."""
        self._is_orphan = False
        threading.Thread(target=self._receive, daemon=True).start()

    def report_accepting(self) -> None:
        """Notify the supervisor that this worker accepts connections."""
        with suppress(OSError):
            self._socket.send(ACCEPTING)

    def _receive(self) -> None:
        """Wait for the request to drain, or for the end of the supervisor."""
        message = b""
        with suppress(OSError):
            message = self._socket.recv(MAX_MESSAGE_BYTES)
        self._is_orphan = not message
        self.successor = int(message or b"0")
        with suppress(OSError):
            self._signals.waker.send(bytes((DRAIN,)))

    def end(self) -> None:
        """Remove the worker's socket; the last worker without a supervisor removes the folder."""
        self._seat.socket_path.unlink(missing_ok=True)
        folder = Path(self._seat.folder)
        if not self._is_orphan:
            return
        with suppress(FileNotFoundError):  # another worker has just removed it
            if not any(folder.glob("worker-*.sock")):
                shutil.rmtree(folder, ignore_errors=True)


def drain_message(successor: int) -> bytes:
    """Return the message that asks a worker to drain; its successor, if any, replaces it."""
    return b"%d" % successor
