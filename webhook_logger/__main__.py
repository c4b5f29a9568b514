"""The command line: `webhook-logger` or `python -m webhook_logger`."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_raises_at_ctrl_c = (
    signal.getsignal(signal.SIGINT) is signal.default_int_handler
    and threading.current_thread() is threading.main_thread()
)


@contextmanager
def _exits_at_ctrl_c() -> Iterator[None]:
    """Exit at Ctrl-C during imports, which take a while. They would print a traceback."""
    if not _raises_at_ctrl_c:
        yield
        return
    signal.signal(signal.SIGINT, lambda number, _frame: os._exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


with _exits_at_ctrl_c():
    from importlib import import_module

    import click

    from webhook_logger import __version__
    from webhook_logger.client.commands.exits import Commands, Exit, limit_time_after_ctrl_c
    from webhook_logger.client.commands.server_options import profile


class _CommandsByName(Mapping[str, click.Command]):
    """The commands, in the order of the help. Each is imported from its module when it is used."""

    NAMES = (
        *("listen", "send", "reply", "replay", "providers", "mcp", "serve", "capacity", "config"),
        "completion",
    )

    def __getitem__(self, name: str) -> click.Command:
        if name not in self.NAMES:
            raise KeyError(name)
        with _exits_at_ctrl_c():
            module = import_module(f"webhook_logger.client.commands.{name}")
        command: click.Command = getattr(module, name)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(self.NAMES)

    def __len__(self) -> int:
        return len(self.NAMES)


@click.group(
    cls=Commands,
    commands=_CommandsByName(),
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=(
        ("Start a server.", "webhook-logger serve"),
        (
            "In another terminal, watch a callback. It prints the URL that you give to a service.",
            "webhook-logger listen",
        ),
        ("Send a test request to this callback.", "webhook-logger send -d hello"),
        ("Show the examples of a command.", "webhook-logger listen --help"),
    ),
)
@click.version_option(__version__, prog_name="webhook-logger")
@profile
def cli(profile: str | None) -> None:
    """Receive and inspect webhooks in real time."""


def main() -> None:
    """Run the command line."""
    if _raises_at_ctrl_c:
        limit_time_after_ctrl_c()
    try:
        cli(prog_name="webhook-logger")
    except SystemExit as end:
        if end.code == Exit.INTERRUPTED:
            # A normal exit would block on output that no one reads.
            os._exit(end.code)
        raise


if __name__ == "__main__":
    main()
