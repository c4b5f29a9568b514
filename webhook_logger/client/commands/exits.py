"""The exit codes of the commands, and the conversion of errors to exit codes."""

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
from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.plain import plain
from webhook_logger.providers.errors import ProviderError

END_SECONDS = 10.0
"""Maximum seconds that a command takes to end after Ctrl-C, while it responds to senders."""


class Exit(IntEnum):
    """The exit codes. `make fix` writes the table of docs/cli-reference.md from them."""

    DONE = 0, "Everything succeeded."
    FAILED = 1, "A request got a status of 400 or more, or some of the requests got no response."
    USAGE = 2, "An option, a URL or a file is invalid."
    UNREACHABLE = 3, "The server did not respond. `send` and `replay`: no request got a response."
    TOO_LATE = 4, "`--timeout` expired before `--count` requests arrived."
    REJECTED = 5, "The server refused the viewer or the reply."
    INTERRUPTED = 130, "Ctrl-C."
    BROKEN_PIPE = 141, "The reader of the output closed the pipe, like `head`."

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Exit:
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


_EXIT_CODES: tuple[tuple[type[errors.ClientError], Exit], ...] = (
    (errors.Invalid, Exit.USAGE),
    (errors.Unreachable, Exit.UNREACHABLE),
    (errors.NothingArrived, Exit.TOO_LATE),
    (errors.Rejected, Exit.REJECTED),
    (errors.ClientError, Exit.FAILED),
)


class Commands(CommandWithExamples, click.Group):
    """A group of commands that end with an error message and an exit code, not with a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which the commands were added."""
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        _open_closed_streams()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return self._run(ctx)
        except KeyboardInterrupt:
            ctx.exit(Exit.INTERRUPTED)
        except BrokenPipeError:
            _discard_stdout()
            ctx.exit(Exit.BROKEN_PIPE)
        except ProviderError as error:
            _print_error(str(error))
            ctx.exit(Exit.USAGE)
        except errors.ClientError as error:
            _print_error(str(error))
            ctx.exit(next(code for kind, code in _EXIT_CODES if isinstance(error, kind)))
        except OSError as error:
            _discard_stdout()
            _print_error(error.strerror or str(error))
            ctx.exit(Exit.FAILED)

    def _run(self, ctx: click.Context) -> Any:
        """Run the command, and flush its output before it exits, unless it is interrupted."""
        try:
            return super().invoke(ctx)
        except click.exceptions.Exit:
            sys.stdout.flush()
            raise


def limit_time_after_ctrl_c() -> None:
    """End this process at most `END_SECONDS` after Ctrl-C, even if it is blocked.

    The C-level signal handler writes to a socket. Python's handler runs only in the main thread,
    and the exception that it raises there can be lost.
    """
    receiver, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_end_after_ctrl_c, args=(receiver, waker), daemon=True).start()


def _end_after_ctrl_c(receiver: socket.socket, _waker: socket.socket) -> None:
    while receiver.recv(1)[0] != signal.SIGINT:
        pass
    time.sleep(END_SECONDS)
    os._exit(Exit.INTERRUPTED)


def _print_error(error: str) -> None:
    with suppress(OSError):
        click.echo(f"Error: {plain(error)}", err=True)


def _open_closed_streams() -> None:
    """Open /dev/null for standard streams that are closed, as by `>&-`.

    Otherwise a socket could get their file descriptor.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115  # never closed


def _discard_stdout() -> None:
    """Redirect stdout to /dev/null, because flushing its buffer at exit would raise again."""
    with suppress(OSError):  # stdout is not a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
