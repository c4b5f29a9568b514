"""The command line: `webhook-logger` or `python -m webhook_logger`."""

from __future__ import annotations

import os
import signal
import threading

_on_ctrl_c = signal.getsignal(signal.SIGINT)
_is_default = (
    _on_ctrl_c is signal.default_int_handler
    and threading.current_thread() is threading.main_thread()
)
if _is_default:
    # Imports take a second. Without this, Ctrl-C would print a traceback meanwhile.
    signal.signal(signal.SIGINT, lambda number, _frame: os._exit(128 + number))

import click

from webhook_logger import __version__
from webhook_logger.client.commands.capacity import capacity
from webhook_logger.client.commands.completion import completion
from webhook_logger.client.commands.config import config
from webhook_logger.client.commands.exits import Commands, Exit, limit_time_after_ctrl_c
from webhook_logger.client.commands.listen import listen
from webhook_logger.client.commands.mcp import mcp
from webhook_logger.client.commands.providers import providers
from webhook_logger.client.commands.replay import replay
from webhook_logger.client.commands.reply import reply
from webhook_logger.client.commands.send import send
from webhook_logger.client.commands.serve import serve
from webhook_logger.client.commands.server_options import profile

if _is_default:
    signal.signal(signal.SIGINT, _on_ctrl_c)


@click.group(
    cls=Commands,
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


COMMANDS = (listen, send, reply, replay, providers, mcp, serve, capacity, config, completion)
for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line."""
    if _is_default:
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
