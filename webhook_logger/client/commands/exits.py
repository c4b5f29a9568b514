"""How a command ends: one table of exit codes, and the one place that turns errors into them."""

from __future__ import annotations

import os
import sys
from enum import IntEnum
from typing import Any

import click

from webhook_logger.client import errors
from webhook_logger.client.show import plain


class Exit(IntEnum):
    """The exit codes; docs/cli.md has the same table, and a test compares."""

    DONE = 0, "All that was asked for was done."
    FAILED = 1, "Some of it was not: a request got no answer, or from 400 up."
    USAGE = 2, "It was asked for in a way that cannot be: an option, a URL, a file."
    UNREACHABLE = 3, "The server did not answer."
    TOO_LATE = 4, "The time was over before as many requests had come as were asked for."
    REJECTED = 5, "The server said no."
    INTERRUPTED = 130, "Ctrl-C."
    NOBODY_READS = 141, "What reads its output has gone, as `head` does."

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

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(Exit.INTERRUPTED)
        except BrokenPipeError:
            # What is still in the buffer would complain at the very end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(Exit.NOBODY_READS)
        except errors.ClientError as error:
            click.echo(f"Error: {plain(str(error))}", err=True)
            ctx.exit(next(code for kind, code in _OF_ERRORS if isinstance(error, kind)))
