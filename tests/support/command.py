"""Run the real command as a process, with pipes or with a terminal."""

from __future__ import annotations

import os
import pty
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from click.testing import CliRunner

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT
from webhook_logger.__main__ import cli

COMMAND = (sys.executable, "-m", "webhook_logger")


USER_FILES = tempfile.TemporaryDirectory(prefix="webhook-logger-user-files-")
"""Replaces the folders of the developer's configuration and state."""


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without the variables and files that affect the command.

    Each process remembers callbacks in a separate folder, unless `more` has `XDG_STATE_HOME`.
    """
    unset = ("NO_COLOR", "FORCE_COLOR", "WEBHOOK_LOGGER_", "WEBHOOK_SECRET")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    state = more.get("XDG_STATE_HOME") or tempfile.mkdtemp(dir=USER_FILES.name)
    return kept | {"XDG_CONFIG_HOME": USER_FILES.name, "XDG_STATE_HOME": state} | more


def run(*arguments: str, given: bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command until it exits."""
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


def invoke(*arguments: str, given: bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this process until it exits, which takes a tenth of the CPU of `run`."""
    changes = {**dict.fromkeys(os.environ), **environment(**env)}
    done = CliRunner().invoke(cli, arguments, input=given, env=changes)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


class Command:
    """A command that keeps running; its output is available line by line."""

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
        """Its standard output."""
        self.notes = Lines(self._process.stderr)
        """Its standard error."""

    @property
    def pid(self) -> int:
        return self._process.pid

    def interrupt(self) -> int:
        """Send SIGINT, as Ctrl-C does, and return the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self.wait()

    def kill(self) -> int:
        """Kill the command and return the exit code."""
        self._process.kill()
        return self.wait()

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait until the command exits and its output is read. Return the exit code."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(self._describe_hang()) from None
        for lines in (self.out, self.notes):
            lines.join()
        return code

    def _describe_hang(self) -> str:
        """Return the signals of `proc(5)` and the stack of each thread. This ends the process."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        signals = [line for line in status.splitlines() if line.startswith(("Sig", "Shd", "State"))]
        self._process.send_signal(signal.SIGABRT)
        self._process.wait(PATIENCE_SECONDS)
        self.notes.join()
        return "\n".join(("The command did not exit.", *signals, self.notes.all))

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
    """The lines of a stream that a thread reads."""

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
        """Everything read so far."""
        return "\n".join(self._read)

    def line(self, timeout: float = PATIENCE_SECONDS) -> str:
        """Return the next line."""
        try:
            return self._lines.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"no further line; output so far: {self.all}") from None

    def until(self, text: str, timeout: float = PATIENCE_SECONDS) -> str:
        """Skip lines until one contains `text`, and return it."""
        deadline = time.monotonic() + timeout
        while text not in (line := self.line(max(0.01, deadline - time.monotonic()))):
            pass
        return line

    def join(self) -> None:
        """Wait for the end of the stream."""
        self._thread.join(PATIENCE_SECONDS)

    def close(self) -> None:
        """Close the stream after the process has ended."""
        self.join()
        self._stream.close()


def on_a_terminal(
    *arguments: str, meanwhile: Callable[[], object] = lambda: None, **env: str
) -> tuple[int, str]:
    """Run the command on a new terminal until it exits. Return its exit code and its output."""
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
    except OSError:  # Linux raises this at the end of a terminal's output
        return b""
