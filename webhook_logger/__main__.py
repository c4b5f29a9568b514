"""`webhook-logger` and `python -m webhook_logger`: the client's commands, and `serve`."""

from __future__ import annotations

import os

from webhook_logger.client.commands.cli import cli
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.serve import serve

cli.add_command(serve)


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
