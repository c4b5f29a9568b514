"""A Redis for the workers of one supervisor, in memory and without a network port."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from webhook_logger.serving.logs import COUNTED
from webhook_logger.supervisor.restart_delay import RestartDelay

PR_SET_PDEATHSIG = 1  # Linux, include/uapi/linux/prctl.h; Python has no name for it
BASE_MEMORY_BYTES = 2**30
RECOVERY_MEMORY = 1.4
"""Memory that Redis needs for a byte of kept requests."""
START_SECONDS = 10.0
POLL_SECONDS = 0.02

_libc = ctypes.CDLL(None)
log = logging.getLogger(__name__)


def redis_server() -> str | None:
    """Return the path of the program, or None if it is not installed."""
    return shutil.which("redis-server")


class PrivateRedis:
    """The process, which ends with this one, even by `kill -9`."""

    def __init__(self, program: str, folder: Path, recovery_bytes: int) -> None:
        self._path = folder / "redis.sock"
        memory = BASE_MEMORY_BYTES + int(RECOVERY_MEMORY * recovery_bytes)
        # The same options as in docker-compose.yml, which explains them.
        self._command = [
            *(program, "--port", "0", "--unixsocket", str(self._path), "--unixsocketperm", "700"),
            *("--dir", str(folder), "--save", "", "--appendonly", "no"),
            *("--maxmemory", str(memory), "--maxmemory-policy", "volatile-lru"),
            *("--maxmemory-samples", "10"),
            *("--client-output-buffer-limit", "pubsub 256mb 128mb 60"),
        ]
        self._started = 0.0
        self.delay = RestartDelay()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the value of `REDIS_URL` for the workers."""
        return f"unix://{self._path}"

    @property
    def pid(self) -> int:
        """Return the id of the process, or 0."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the process."""
        self._started = time.monotonic()
        supervisor = os.getpid()

        def end_with_supervisor() -> None:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != supervisor:
                os.kill(os.getpid(), signal.SIGTERM)

        self._process = subprocess.Popen(  # noqa: S603
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Before Python starts other threads, so it is safe.
            preexec_fn=end_with_supervisor,  # noqa: PLW1509
        )

    def wait_until_up(self) -> bool:
        """Wait until Redis responds; return False if it does not in time."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(OSError), socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(1)
                sock.connect(str(self._path))
                sock.sendall(b"PING\r\n")
                if sock.recv(16) == b"+PONG\r\n":
                    return True
            if self._process is None or self._process.poll() is not None:
                return False
            time.sleep(POLL_SECONDS)
        return False

    def start_again(self) -> None:
        """Start the process after it has ended."""
        self.delay.due = None
        try:
            self.start()
        except OSError as error:
            self.start_later(f"at its start ({error.strerror})")

    def start_later(self, how: str) -> None:
        """Log how the process ended, and choose the time to start it again."""
        seconds = self.delay.failed(self._started)
        text = "The private Redis ended %s. It starts again in %.1f seconds."
        log.error(text, how, seconds, extra=COUNTED)

    def ended(self, status: int) -> int:
        """Note that the process has ended, and return its status, or minus its signal."""
        assert self._process is not None  # noqa: S101
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return self._process.returncode

    def stop(self, seconds: float) -> None:
        """End the process. It has nothing to save."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
