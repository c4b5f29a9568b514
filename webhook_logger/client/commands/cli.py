"""The command line: `webhook-logger`, also `python -m webhook_logger`."""

from __future__ import annotations

import click

from webhook_logger import __version__
from webhook_logger.client.commands.exits import Commands
from webhook_logger.client.commands.listen import listen
from webhook_logger.client.commands.replay import replay
from webhook_logger.client.commands.send import send


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="webhook-logger")
def cli() -> None:
    """See the webhooks that a service sends, live."""


for command in (listen, send, replay):
    cli.add_command(command)
