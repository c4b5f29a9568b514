"""How a command ends: one table of exit codes, and the one place that turns errors into them."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import Any

import click

from webhook_logger.client import errors
from webhook_logger.plain import plain

END_SECONDS = 10.0
"""Maximum time that a command takes to end after Ctrl-C: it tells senders and server first."""


class Exit(IntEnum):
    """The exit codes. `make fix` writes the table of docs/cli.md from them."""

    DONE = 0, "All that was asked for was done."
    FAILED = 1, "Some of it was not: a request got no response, or a status of 400 or more."
    USAGE = 2, "An option, a URL or a file is wrong."
    UNREACHABLE = 3, "The server did not respond."
    TOO_LATE = 4, "The time of `--timeout` was over before `--count` requests had come."
    REJECTED = 5, "The server refused."
    INTERRUPTED = 130, "Ctrl-C."
    NOBODY_READS = 141, "The reader of its output has gone, as `head` does."

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Exit:
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


_OF_ERRORS: tuple[tuple[type[errors.ClientError], Exit], ...] = (
    (errors.Invalid, Exit.USAGE),
    (errors.Unreachable, Exit.UNREACHABLE),
    (errors.NothingArrived, Exit.TOO_LATE),
    (errors.Rejected, Exit.REJECTED),
    (errors.ClientError, Exit.FAILED),
)


class Commands(click.Group):
    """A group of commands that end with a sentence and an exit code, not with a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        _open_what_is_closed()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return self._written(ctx)
        except KeyboardInterrupt:
            ctx.exit(Exit.INTERRUPTED)
        except BrokenPipeError:
            _give_up_stdout()
            ctx.exit(Exit.NOBODY_READS)
        except errors.ClientError as error:
            _say(str(error))
            ctx.exit(next(code for kind, code in _OF_ERRORS if isinstance(error, kind)))
        except OSError as error:
            _give_up_stdout()
            _say(error.strerror or str(error))
            ctx.exit(Exit.FAILED)

    def _written(self, ctx: click.Context) -> Any:
        """Its end is the end of what it wrote, too; but not where it is interrupted."""
        try:
            return super().invoke(ctx)
        except click.exceptions.Exit:
            sys.stdout.flush()
            raise


def end_soon_after_ctrl_c() -> None:
    """End this process at most `END_SECONDS` after Ctrl-C, whatever it waits for by then.

    The signal arrives at a socket, which the system's handler writes to. Python's own handler runs
    in the main thread alone, and what it raises can be lost there.
    """
    heard, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_end_after_ctrl_c, args=(heard, waker), daemon=True).start()


def _end_after_ctrl_c(heard: socket.socket, _waker: socket.socket) -> None:
    while heard.recv(1)[0] != signal.SIGINT:
        pass
    time.sleep(END_SECONDS)
    os._exit(Exit.INTERRUPTED)


def _say(error: str) -> None:
    with suppress(OSError):
        click.echo(f"Error: {plain(error)}", err=True)


def _open_what_is_closed() -> None:
    """Python leaves out what was closed for it, as `>&-` does; a socket would take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115  # as long as the process


def _give_up_stdout() -> None:
    """What is still in the buffer would complain at the very end."""
    with suppress(OSError):  # it is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
