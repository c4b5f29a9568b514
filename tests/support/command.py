"""The real command as a process, with pipes or a terminal of its own."""

from __future__ import annotations

import os
import pty
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT

COMMAND = (sys.executable, "-m", "webhook_logger")


def environment(**more: str) -> dict[str, str]:
    """Ours, without what would change a command's mind about colours."""
    unset = ("NO_COLOR", "FORCE_COLOR", "WEBHOOK_LOGGER_URL", "WEBHOOK_SECRET")
    return {name: value for name, value in os.environ.items() if name not in unset} | more


def run(*arguments: str, given: bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        input=given,
        check=False,
        capture_output=True,
        env=environment(**env),
        timeout=PATIENCE_SECONDS,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


class Command:
    """A command that goes on; its lines come as it writes them."""

    def __init__(self, *arguments: str, **env: str) -> None:
        self._process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=ROOT,
            env=environment(PYTHONUNBUFFERED="1", PYTHONFAULTHANDLER="1", **env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.out = Lines(self._process.stdout)
        """What it writes to stdout."""
        self.notes = Lines(self._process.stderr)
        """What it writes to stderr."""

    @property
    def pid(self) -> int:
        return self._process.pid

    def interrupt(self) -> int:
        """Ctrl-C; its exit code."""
        self._process.send_signal(signal.SIGINT)
        return self.wait()

    def kill(self) -> int:
        """End it at once."""
        self._process.kill()
        return self.wait()

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Its exit code, once it has ended by itself, and all that it wrote has been read."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(self._why_it_goes_on()) from None
        for lines in (self.out, self.notes):
            lines.join()
        return code

    def _why_it_goes_on(self) -> str:
        """Its signals by `proc(5)`, and where each of its threads is; it ends by that."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        signals = [line for line in status.splitlines() if line.startswith(("Sig", "Shd", "State"))]
        self._process.send_signal(signal.SIGABRT)
        self._process.wait(PATIENCE_SECONDS)
        self.notes.join()
        return "\n".join(("It does not end.", *signals, self.notes.all))

    def __enter__(self) -> Command:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait(PATIENCE_SECONDS)
        for lines in (self.out, self.notes):
            lines.close()
        assert "Traceback" not in self.notes.all, self.notes.all


class Lines:
    """A stream that a thread reads, line by line."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        assert stream is not None
        self._stream = stream
        self._lines: queue.Queue[str] = queue.Queue()
        self._read: list[str] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for line in self._stream:
            text = line.decode().rstrip("\n")
            self._read.append(text)
            self._lines.put(text)

    @property
    def all(self) -> str:
        """All that has come so far."""
        return "\n".join(self._read)

    def line(self, timeout: float = PATIENCE_SECONDS) -> str:
        """The next line."""
        try:
            return self._lines.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"no further line; so far: {self.all}") from None

    def until(self, text: str, timeout: float = PATIENCE_SECONDS) -> str:
        """The next line that has `text` in it, past all others."""
        deadline = time.monotonic() + timeout
        while text not in (line := self.line(max(0.01, deadline - time.monotonic()))):
            pass
        return line

    def join(self) -> None:
        """Read on until nobody can write any more."""
        self._thread.join(PATIENCE_SECONDS)

    def close(self) -> None:
        """Once the process has ended."""
        self.join()
        self._stream.close()


def on_a_terminal(
    *arguments: str, meanwhile: Callable[[], object] = lambda: None, **env: str
) -> tuple[int, str]:
    """Run it to its end on a terminal of its own; its exit code, and all that it wrote there."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(TERM="xterm-256color", COLUMNS="100", **env),
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    meanwhile()
    written = b"".join(iter(lambda: _read(leader), b""))
    os.close(leader)
    return process.wait(PATIENCE_SECONDS), written.decode()


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # on Linux, what a terminal says that nobody has open any more
        return b""
