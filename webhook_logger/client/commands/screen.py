"""Print requests and outcomes on stdout, and notes on stderr."""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from typing import TextIO

from rich.console import Console, RenderableType
from rich.text import Text

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.display import Check
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.show import (
    duration,
    format_request,
    short_name,
    size,
    status_color,
)
from webhook_logger.client.stream.events import ConnectionStatus, Responded
from webhook_logger.client.totals import Totals
from webhook_logger.plain import plain


class _PlainConsole(Console):
    """A console without wrapping or markup, with colours on a terminal unless `NO_COLOR` is set."""

    def __init__(self, file: TextIO) -> None:
        super().__init__(
            file=file,
            markup=False,
            emoji=False,
            highlight=False,
            soft_wrap=True,
            # With NO_COLOR, rich itself would still write bold and dim text.
            color_system=None if os.environ.get("NO_COLOR") else "auto",
        )

    def on_broken_pipe(self) -> None:
        """Raise the error, so that the command ends with its exit code."""
        raise BrokenPipeError


class Screen:
    """A `Display` of plain lines, for all commands. It is safe to use from any thread."""

    def __init__(self, *, as_json: bool = False, headers: bool = False, body: bool = False) -> None:
        """`as_json`: print only the wire form of each request on stdout, one a line."""
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        self.totals = Totals()
        self._as_json = as_json
        self._headers = headers
        self._body = body
        self._out = _PlainConsole(sys.stdout)
        self.notes = _PlainConsole(sys.stderr)

    def request(self, request: CapturedRequest, check: Check | None = None) -> None:
        """Print a request, and the check of its signature.

        Raises `OSError` if stdout cannot be written.
        """
        if self._as_json:
            # JSON in ASCII without control characters is safe for every terminal.
            line = json.dumps(request.to_wire()).replace("\x7f", "\\u007f")
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            if check:
                self.print_line(_format_check(check, f"#{request.seq}: "))
            return
        checked = _format_check(check) if check else None
        self._out.print(
            format_request(request, headers=self._headers, body=self._body, check=checked)
        )

    def forwarded(self, request: CapturedRequest, outcome: ForwardOutcome, more: str = "") -> None:
        """Print the outcome of forwarding a request; `more` says what its sender got."""
        self.outcome(short_name(request), outcome, more)

    def responded(self, responded: Responded) -> None:
        """Print nothing: the lines say only which responses are not the expected ones."""

    def outcome(self, name: str, outcome: ForwardOutcome, more: str = "") -> None:
        """Print the outcome of forwarding a request; `name` identifies the request."""
        line = Text().append(f"{plain(name)} → {plain(outcome.target.url)}  ", "dim")
        if outcome.response is None:
            line.append(plain(outcome.error), "red")
        else:
            line.append(
                str(outcome.response.status), f"bold {status_color(outcome.response.status)}"
            )
            line.append(f"  {size(len(outcome.response.body))}", "dim")
        line.append(f"  {duration(outcome.seconds)}", "dim")
        if outcome.attempts > 1:
            line.append(f"  {outcome.attempts} attempts", "dim")
        self.print_line(line.append(f"  {plain(more)}" if more else "", "dim"))

    def print_line(self, line: RenderableType) -> None:
        """Print a line about a request: on stdout, or on stderr if stdout is JSON."""
        # On a terminal one console prints everything, because it must redraw its progress bar.
        shared = self.notes.is_terminal and self._out.is_terminal
        try:
            (self.notes if self._as_json or shared else self._out).print(line)
        except OSError:
            # In another thread this would end only that thread; the next request ends the command.
            if threading.current_thread() is threading.main_thread():
                raise

    def addresses(self, url: str, view_url: str) -> None:
        """Print the two addresses of a callback on stderr."""
        self.note(f"URL for senders:               {url}")
        self.note(f"Link for people who may watch: {view_url}")

    def gap(self, text: str) -> None:
        """Print that requests were missed, on stderr."""
        self.note(text, "yellow")

    def connection_changed(self, status: ConnectionStatus, text: str) -> None:
        """Print the state of the connection on stderr."""
        self.note(text, "green" if status.state == "live" else "red")

    def summary(self, totals: Totals) -> None:
        """Print the summary of a run on stderr."""
        for line in totals.lines():
            self.note(line)

    def note(self, text: str, style: str = "") -> None:
        """Print a note on stderr."""
        with suppress(OSError):
            self.notes.print(Text(plain(text), style))


def _format_check(check: Check, start: str = "  ") -> Text:
    color = {"✓": "green", "✗": "red"}.get(check.symbol, "yellow")
    return Text().append(f"{start}{check.symbol} {plain(check.text)}", color)
