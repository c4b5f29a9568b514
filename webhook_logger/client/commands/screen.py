"""What a command writes: requests and what came of them on stdout, all else on stderr."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import suppress
from typing import TextIO

from rich.console import Console, RenderableType
from rich.text import Text

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.show import shown, size, tone
from webhook_logger.plain import plain


class _PlainConsole(Console):
    """Lines as they are: not wrapped, no markup, colour where a terminal shows it (`NO_COLOR`)."""

    def __init__(self, file: TextIO) -> None:
        super().__init__(file=file, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def on_broken_pipe(self) -> None:
        """Leave it to whoever ends the command."""
        raise BrokenPipeError


class Screen:
    """Safe to use from any thread."""

    def __init__(self, *, as_json: bool = False, headers: bool = False, body: bool = False) -> None:
        """`as_json`: the requests' wire form, one a line, and nothing else on stdout."""
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        self._as_json = as_json
        self._headers = headers
        self._body = body
        self._out = _PlainConsole(sys.stdout)
        self.notes = _PlainConsole(sys.stderr)

    def request(self, request: CapturedRequest) -> None:
        """Show a request. Raises `OSError` where it cannot be written any more."""
        if self._as_json:
            # ASCII alone: no control character, and no letter that a terminal has no font for.
            line = json.dumps(request.to_wire()).replace("\x7f", "\\u007f")
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        else:
            self._out.print(shown(request, headers=self._headers, body=self._body))

    def outcome(self, name: str, outcome: ForwardOutcome, more: str = "") -> None:
        """Say what came of sending a request on; `name` is what it is known by."""
        line = Text().append(f"{plain(name)} → {plain(outcome.target.url)}  ", "dim")
        if outcome.response is None:
            line.append(plain(outcome.error), "red")
        else:
            line.append(str(outcome.response.status), f"bold {tone(outcome.response.status)}")
            line.append(f"  {size(len(outcome.response.body))}", "dim")
        line.append(f"  {duration(outcome.seconds)}", "dim")
        if outcome.tries > 1:
            line.append(f"  {outcome.tries} tries", "dim")
        self.aside(line.append(f"  {plain(more)}" if more else "", "dim"))

    def aside(self, line: RenderableType) -> None:
        """What stands beside the requests; not on stdout where that has JSON alone."""
        # On a terminal all goes through one console, which knows where its progress bar is.
        one = self.notes.is_terminal and self._out.is_terminal
        try:
            (self.notes if self._as_json or one else self._out).print(line)
        except OSError:
            # In another thread it would end that alone; the next request ends the command.
            if threading.current_thread() is threading.main_thread():
                raise

    def note(self, text: str, style: str = "") -> None:
        """Say how things are, on stderr."""
        with suppress(OSError):
            self.notes.print(Text(plain(text), style))


def duration(seconds: float) -> str:
    """`12 ms`, `3.4 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
