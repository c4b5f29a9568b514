"""`webhook-logger` and `python -m webhook_logger`: the client's commands, and `serve`."""

from __future__ import annotations

from webhook_logger.client.cli import cli
from webhook_logger.serve import serve

cli.add_command(serve)


def main() -> None:
    """Run what the command line says."""
    cli(prog_name="webhook-logger")


if __name__ == "__main__":
    main()
