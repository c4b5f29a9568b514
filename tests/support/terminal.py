"""Run a command in a real pseudo-terminal, and read what its screen shows."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from typing import Any

import pexpect
import pyte

from tests.support.command import COMMAND, environment
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT

_STEP_SECONDS = 0.1


class Terminal:
    """A command on a terminal of this size. Use it with `with`, which ends the command.

    The command's output goes through a terminal emulator, so a test reads the screen as a person
    sees it: after wrapping, redrawing and cursor movements.
    """

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        command: Sequence[str] = COMMAND,
        cwd: str = str(ROOT),
        **env: str,
    ) -> None:
        """`env`: more environment variables, such as `NO_COLOR="1"`."""
        self._screen = pyte.HistoryScreen(columns, rows, history=10_000, ratio=0.5)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        """All bytes that the command has written, with its escape sequences."""
        program, *first = command
        self._process: Any = pexpect.spawn(
            program,
            [*first, *arguments],
            cwd=cwd,
            env=environment(TERM="xterm-256color", COLORTERM="truecolor", **env),
            dimensions=(rows, columns),
            preexec_fn=_as_in_a_shell,
            timeout=PATIENCE_SECONDS,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close(force=True)

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, without spaces at the end."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen, as one text."""
        return "\n".join(self.lines)

    @property
    def scrollback(self) -> str:
        """The lines that have left the screen at the top, and the screen."""
        columns = self._screen.columns
        above = [
            "".join(line[at].data for at in range(columns)).rstrip()
            for line in self._screen.history.top
        ]
        return "\n".join([*above, *self.lines])

    @property
    def colors(self) -> set[str]:
        """The foreground colours on the screen, except the default one."""
        cells = (cell for row in self._screen.buffer.values() for cell in row.values())
        return {cell.fg for cell in cells if cell.data.strip()} - {"default"}

    def send(self, keys: str) -> None:
        """Type these keys, such as `"j"` or `"\\x03"` for Ctrl-C."""
        self._process.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal, as a window does."""
        self._process.setwinsize(rows, columns)
        self._screen.resize(rows, columns)

    def wait_for(self, *texts: str, without: str = "") -> str:
        """Wait until the screen shows all these texts, and not the one of `without`."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (
            all(each in self.text for each in texts) and (not without or without not in self.text)
        ):
            if time.monotonic() > deadline or not self._read():
                wanted = " and ".join(map(repr, texts))
                raise AssertionError(f"The screen does not show {wanted}:\n{self.scrollback}")
        return self.text

    def wait(self) -> int:
        """Wait until the command ends, and return its exit code."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._read():
            if time.monotonic() > deadline:
                raise AssertionError(f"The command did not end:\n{self.scrollback}")
        self._process.wait()
        number: int | None = self._process.signalstatus
        return -number if number else int(self._process.exitstatus)

    def _read(self) -> bool:
        """Read output for a moment. Return whether the command may still write more."""
        try:
            data = self._process.read_nonblocking(65536, _STEP_SECONDS)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True


def _as_in_a_shell() -> None:
    """Let the command receive SIGHUP, even if the tests run under `nohup`."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
