"""`webhook-logger serve`: the server, in a fresh process, which alone is monkey-patched."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import click

PACKAGE = Path(__file__).parents[2]
NEEDED = ("eventlet", "flask", "flask_socketio", "httptools", "markdown_it", "orjson", "redis")
"""What the server half imports; the client does without."""

HELP_REDIS_URL = (
    "REDIS_URL: the queue, for several workers. With a password use the environment: what stands "
    "here shows in the list of processes until the server runs, and in a shell's history."
)


@click.command()
@click.option("--host", metavar="ADDRESS", help="HOST: where to listen; 0.0.0.0 for everywhere.")
@click.option("--port", metavar="NUMBER", help="PORT: where to listen; 0 takes a free one.")
@click.option("--redis-url", metavar="URL", help=HELP_REDIS_URL)
@click.option("--url-prefix", metavar="PATH", help="URL_PREFIX: the path that all is below.")
def serve(**options: str | None) -> None:
    """Serve the dashboard and callbacks.

    Each option is a setting; these and all others can be given in the environment, too.
    """
    missing = what_is_missing()
    if missing:
        raise click.ClickException(missing)
    program = str(folder() / "wsgi.py")
    os.environ.update({name.upper(): value for name, value in options.items() if value is not None})
    os.execv(sys.executable, [sys.executable, program])  # noqa: S606


def folder() -> Path:
    """Where the server's own files lie: in the package where it is installed, else beside it."""
    installed = PACKAGE / "_server"
    return installed if installed.is_dir() else PACKAGE.parent


def what_is_missing() -> str:
    """What keeps the server from being started, as a sentence for whoever wants it; or nothing."""
    if not all(map(find_spec, NEEDED)):
        return (
            "The server is not installed: it comes with the extra `server`, "
            'in a checkout by pip install ".[server]".'
        )
    if not (folder() / "static/vendor/page.js").exists():
        return (
            "The page's scripts are missing: this was built where there was no npm. "
            "In a checkout, `make run` makes them."
        )
    return ""
