"""The command line: `webhook-logger`, also `python -m webhook_logger`."""

from __future__ import annotations

import os

import click

from webhook_logger import __version__
from webhook_logger.client.commands.exits import Commands, Exit
from webhook_logger.client.commands.listen import listen
from webhook_logger.client.commands.replay import replay
from webhook_logger.client.commands.send import send
from webhook_logger.client.commands.serve import serve


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="webhook-logger")
def cli() -> None:
    """See the webhooks that a service sends, live."""


for command in (listen, send, replay, serve):
    cli.add_command(command)


def main() -> None:
    """Run what the command line says."""
    try:
        cli(prog_name="webhook-logger")
    except SystemExit as end:
        if end.code == Exit.INTERRUPTED:
            # The usual end would wait for what is still being written, which perhaps nobody reads.
            os._exit(end.code)
        raise


if __name__ == "__main__":
    main()
