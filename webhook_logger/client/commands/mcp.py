"""`webhook-logger mcp`: serve the tools for coding agents."""

from __future__ import annotations

import os
import re
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from webhook_logger import extras
from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.secrets import Secrets
from webhook_logger.client.commands.server_options import ServerOptions, server_options
from webhook_logger.client.errors import Invalid

if TYPE_CHECKING:
    from webhook_logger.client.address import Address
    from webhook_logger.client.mcp.app import ToolContext

TOKEN = "WEBHOOK_LOGGER_MCP_TOKEN"  # noqa: S105  # the name of a variable
MIN_TOKEN = 16
"""Minimum characters of a token."""
_MISSING = (
    f"The package mcp is not installed. Install it with {extras.command('mcp')}, in a "
    'checkout with pip install ".[mcp]".'
)
_BY_HAND = (
    "This command waits for an MCP client on stdin, such as Claude Code, Cursor or VS Code, which "
    "starts it by itself. End it with Ctrl-D or Ctrl-C."
)
_LISTEN = re.compile(r"(?:(?P<host>[^:/\s]+|\[[0-9A-Fa-f:.]+\]):)?(?P<port>[0-9]{1,5})")


@click.command(
    cls=CommandWithExamples,
    examples=(
        (
            "Let Claude Code use the tools, with the server of your settings.",
            "claude mcp add webhook-logger -- webhook-logger mcp",
        ),
        (
            "Let agents also send and forward requests to another host.",
            "webhook-logger mcp --allow-target staging.example.com",
        ),
        (
            "Serve several agents on this machine over HTTP.",
            "webhook-logger mcp --http 8765",
        ),
    ),
)
@click.option(
    "--http",
    "listen",
    metavar="[HOST:]PORT",
    help=f"Serve streamable HTTP, by default on 127.0.0.1. Any other host needs {TOKEN}.",
)
@click.option(
    "--allow-target",
    "targets",
    multiple=True,
    metavar="HOST[:PORT]",
    help="Allow agents to send and forward requests to this host, too; repeatable.",
)
@click.option(
    "--export-dir",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False, writable=True),
    metavar="FOLDER",
    help="Allow agents to write new HAR files to this folder.",
)
@server_options("-H", "--server-header", new=False)
def mcp(
    listen: str | None,
    targets: tuple[str, ...],
    folder: Path | None,
    server: ServerOptions,
) -> None:
    """Serve the tools for coding agents (Model Context Protocol).

    Agents can create callbacks, wait for requests and read them, set replies, send signed samples,
    verify signatures, and forward requests to this machine. A client such as Claude Code, Cursor
    or VS Code starts this command and uses it over stdin and stdout.

    URL is the server on which agents create callbacks, or the link of a callback that they may
    watch. Without URL, they use the server that you configured: `webhook-logger config` shows it.
    Agents can also watch the callback of the project, as `webhook-logger listen` does in the same
    folder.

    Set secrets in the environment, so that agents can use them and do not see them:
    WEBHOOK_SECRET_GITHUB is the secret of one provider, and WEBHOOK_SECRET that of all others.
    """
    if not find_spec("mcp"):
        raise click.UsageError(_MISSING)
    from webhook_logger.client.mcp import transports  # noqa: PLC0415  # slow, and an extra

    if listen is None:
        app = _app(server, targets, folder)
        if sys.stdin.isatty():
            click.echo(_BY_HAND, err=True)
        transports.serve_stdio(app)
        return
    token = os.environ.get(TOKEN, "")
    host, port = _address(listen)
    is_local = transports.is_local(host)
    _check_token(token, is_local)
    app = _app(server, targets, folder, is_shared=True, loopback=is_local)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        shown = f"[{host}]" if ":" in host else host
        port = listening.getsockname()[1]
        click.echo(f"MCP server: http://{shown}:{port}{transports.PATH}", err=True)
        transports.serve_http(app, listening, token)


def _app(
    server: ServerOptions,
    targets: tuple[str, ...],
    folder: Path | None,
    *,
    is_shared: bool = False,
    loopback: bool = True,
) -> ToolContext:
    """Return what the tools share. Raises `Invalid`."""
    from webhook_logger.client.mcp.agent_session import MAX_BYTES, AgentSession  # noqa: PLC0415
    from webhook_logger.client.mcp.app import ToolContext  # noqa: PLC0415
    from webhook_logger.client.mcp.present import Presenter  # noqa: PLC0415
    from webhook_logger.client.mcp.sending import SecretBox, Targets  # noqa: PLC0415
    from webhook_logger.client.mcp.sessions import SHARED_BYTES, Sessions  # noqa: PLC0415

    screen = Screen()
    choice = server.choice(screen)
    max_bytes = SHARED_BYTES if is_shared else MAX_BYTES

    def project() -> Address:
        return server.callback(screen).address

    def new() -> AgentSession:
        return AgentSession(choice.url, choice.headers, project, max_bytes=max_bytes)

    new()  # reports an invalid URL at once
    secrets = Secrets.read(())
    box = SecretBox(secrets.of, frozenset(secrets.values()))
    return ToolContext(
        Sessions(new, is_shared),
        Targets.of(targets, loopback=loopback),
        box,
        Presenter((*box.hidden(), os.environ.get(TOKEN, ""))),
        folder,
    )


def _address(listen: str) -> tuple[str, int]:
    match = _LISTEN.fullmatch(listen)
    if not match or int(match["port"]) > 65_535:
        raise Invalid(f"--http must be a port, or a host and a port: {listen!r}.")
    return (match["host"] or "127.0.0.1").strip("[]"), int(match["port"])


def _check_token(token: str, is_local: bool) -> None:
    if not token and not is_local:
        raise Invalid(
            f"Other machines can reach this address, so agents must send a token. Set {TOKEN} in "
            "the environment to a long random text, or use 127.0.0.1."
        )
    if token and len(token) < MIN_TOKEN:
        raise Invalid(f"{TOKEN} must have at least {MIN_TOKEN} characters.")
