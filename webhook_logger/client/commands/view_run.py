"""Run `listen` in the interactive view, and end it well: at a key, a signal or an error."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.listen_run import Run
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.tui.app import ListenApp, ViewEnd
from webhook_logger.client.tui.view import Actions, View


class ViewRun:
    """A run in a thread, and the view in the main thread."""

    def __init__(self, run: Run, view: View, actions: Actions) -> None:
        self._run = run
        self._view = view
        self._app = ListenApp(view, actions, self._listen)
        self._failure: Exception | None = None

    def run(self, screen: Screen) -> Exit:
        """Show the view until it ends, then the addresses and the summary. Return the exit code.

        Raises the error that ended the run, and `KeyboardInterrupt` at Ctrl-C.
        """
        ending = self._show()
        if ending is not ViewEnd.DONE or self._failure:
            self._run.leave()
        if self._view.known:
            screen.addresses(self._view.known.url, self._view.known.view_url)
        if self._failure:
            raise self._failure
        screen.summary(self._view.totals)
        if ending is ViewEnd.SIGNAL:
            signal.raise_signal(signal.SIGTERM)
        if ending is ViewEnd.INTERRUPT:
            raise KeyboardInterrupt
        if ending is ViewEnd.CRASH:
            return Exit.FAILED
        return self._run.exit if ending is ViewEnd.DONE else Exit.DONE

    def _show(self) -> ViewEnd:
        with self._signals():
            return self._app.run() or ViewEnd.CRASH

    def _listen(self) -> None:
        try:
            self._run.run()
        except Exception as error:  # noqa: BLE001  # the main thread raises it again
            self._failure = error

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Let signals restore the terminal, and SIGHUP respond to waiting senders."""
        # In the view, Ctrl-C is a key; SIGINT is from another program.
        handlers = {"SIGINT": self._end, "SIGTERM": self._end, "SIGHUP": self._hang_up}
        before: dict[int, Any] = {}
        for name, handler in handlers.items():
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self._app.end(ViewEnd.INTERRUPT if number == signal.SIGINT else ViewEnd.SIGNAL)

    def _hang_up(self, number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=self._end_without_terminal, args=(number,), daemon=True).start()

    def _end_without_terminal(self, number: int) -> None:
        """Respond to waiting senders, and end. A write to the terminal could block forever."""
        self._run.leave()
        os._exit(128 + number)
