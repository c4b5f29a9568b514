"""`webhook-logger serve`: the server, in a fresh process, which alone is monkey-patched."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

PACKAGE = Path(__file__).parent


@click.command()
def serve() -> None:
    """Serve the dashboard and callbacks; settings are read from the environment."""
    program = str(folder() / "wsgi.py")
    os.execv(sys.executable, [sys.executable, program])  # noqa: S606


def folder() -> Path:
    """Where the server's own files lie: in the package where it is installed, else beside it."""
    installed = PACKAGE / "_server"
    return installed if installed.is_dir() else PACKAGE.parent
