"""One worker process, as its supervisor sees it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from webhook_logger.serving.supervised import ACCEPTING, MAX_MESSAGE_BYTES, Seat, drain_message

START_SECONDS = 60.0
"""Time for a worker to start. Then its process is ended."""


@dataclass(frozen=True)
class Program:
    """How to start a worker."""

    command: Sequence[str]
    environ: Mapping[str, str]
    folder: Path
    """The private folder of all workers."""


class WorkerProcess:
    """A worker that starts, accepts connections, drains and ends."""

    def __init__(
        self, program: Program, number: int, listener: socket.socket, is_replacement: bool
    ) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.setblocking(False)
        self.number = number
        self.started = time.monotonic()
        self.is_accepting = False
        self.deadline: float | None = self.started + START_SECONDS
        """When the worker must accept connections, or end; None if it works."""
        self._folder = program.folder
        seat = Seat(number, theirs.fileno(), listener.fileno(), str(program.folder), is_replacement)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                program.command,
                env={**program.environ, **seat.variable},
                pass_fds=(theirs.fileno(), listener.fileno()),
            )
        self._socket_path = seat.socket_path

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        return self._process.pid

    def receive(self) -> bool:
        """Read from the worker; return False if it has ended."""
        message = b""
        with suppress(OSError):
            message = self.control.recv(MAX_MESSAGE_BYTES)
        if message == ACCEPTING:
            self.is_accepting, self.deadline = True, None
        return bool(message)

    def drain(self, seconds: float, successor: WorkerProcess | None = None) -> None:
        """Ask the worker to drain and end; one that does not accept connections ends at once.

        It must end within these seconds.
        """
        self.deadline = time.monotonic() + seconds
        if not self.is_accepting:
            self.kill(signal.SIGTERM)
        with suppress(OSError):
            self.control.send(drain_message(successor.number if successor else 0))

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send the signal to the process. It must not have been waited for."""
        if self._process.returncode is None:
            os.kill(self.pid, number)

    def ended(self, status: int) -> str:
        """Note that the process has ended, and return how."""
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.control.close()
        self._socket_path.unlink(missing_ok=True)
        metrics = self._folder / f"{self.number}.metrics"
        with suppress(FileNotFoundError):
            metrics.rename(metrics.with_suffix(".ended"))
        return description_of(self._process.returncode)

    @property
    def returncode(self) -> int | None:
        """Return the status of the process, or minus the number of its signal; None if it runs."""
        return self._process.returncode


def description_of(returncode: int) -> str:
    """Return how a process ended, for the log."""
    if returncode >= 0:
        return f"with status {returncode}"
    try:
        return f"by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"by signal {-returncode}"
