"""`webhook-logger serve`: replace this process with the server, which is monkey-patched."""

from __future__ import annotations

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from webhook_logger import extras
from webhook_logger.client.commands.examples import CommandWithExamples

PACKAGE = Path(__file__).parents[2]
REQUIRED = ("eventlet", "flask", "flask_socketio", "httptools", "markdown_it", "orjson", "redis")
"""Packages that the server needs and the client does not."""

HELP_REDIS_URL = (
    "REDIS_URL: the message queue, for several workers. If it has a password, use the environment: "
    "options are visible in the list of processes and in the shell's history."
)


@click.command(
    cls=CommandWithExamples,
    examples=(
        (
            "Serve on http://127.0.0.1:8000/.",
            "webhook-logger serve",
        ),
        (
            "Serve on port 8080 of all addresses of this machine.",
            "webhook-logger serve --host 0.0.0.0 --port 8080",
        ),
        (
            "Use all cores, with Redis between the workers.",
            "webhook-logger serve --workers auto --redis-url redis://localhost",
        ),
    ),
)
@click.option(
    "--host", metavar="ADDRESS", help="HOST: the address to listen on; 0.0.0.0 is all addresses."
)
@click.option(
    "--port", metavar="NUMBER", help="PORT: the port to listen on; 0 chooses a free port."
)
@click.option("--redis-url", metavar="URL", help=HELP_REDIS_URL)
@click.option(
    "--url-prefix", metavar="PATH", help="URL_PREFIX: the path under which the server is reachable."
)
@click.option(
    "--workers",
    metavar="NUMBER",
    help="WORKERS: the number of processes that share the port; auto is one per core.",
)
@click.option(
    "--until-eof",
    is_flag=True,
    help="Stop when standard input ends: no server remains if the program that started it is "
    "killed.",
)
def serve(until_eof: bool, **options: str | None) -> None:
    """Serve the dashboard and callbacks.

    Each option is a setting. All settings can also be set in the environment.
    """
    missing = missing_parts()
    if missing:
        raise click.ClickException(missing)
    program = str(folder() / "wsgi.py")
    os.environ.update({name.upper(): value for name, value in options.items() if value is not None})
    if until_eof:
        _stop_at_eof()
    os.execv(sys.executable, [sys.executable, program])  # noqa: S606


def _stop_at_eof() -> None:
    """Start a process that waits for the end of standard input, and then stops this one."""
    server = os.getpid()
    if os.fork():
        os.close(0)
        os.open(os.devnull, os.O_RDONLY)
        return
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    while os.read(0, 4096):
        pass
    if os.getppid() == server:
        os.kill(server, signal.SIGINT)
    os._exit(os.EX_OK)


def folder() -> Path:
    """Return the folder of the server's files: inside an installed package, else next to it."""
    installed = PACKAGE / "_server"
    return installed if installed.is_dir() else PACKAGE.parent


def missing_parts() -> str:
    """Return an error message if the server cannot start, else an empty text."""
    if not all(map(find_spec, REQUIRED)):
        return (
            f"The server is not installed. Install its packages with {extras.command('server')}, "
            "in a checkout with make run."
        )
    if not (folder() / "static/vendor/page.js").exists():
        return (
            "The page's scripts are missing, because npm was not available at build time. "
            "In a checkout, `make run` creates them."
        )
    return ""
