"""`webhook-logger reply`: show, set or reset the reply of a callback."""

from __future__ import annotations

import json
from typing import Any

import click

from webhook_logger.client.api import Api
from webhook_logger.client.commands import options
from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.server_options import ServerOptions, server_options
from webhook_logger.client.errors import Invalid


@click.command(
    cls=CommandWithExamples,
    examples=(
        (
            "Show the current reply.",
            "webhook-logger reply",
        ),
        (
            "Let the next 3 requests fail, to see how the service tries again.",
            "webhook-logger reply --status 503 -H 'Retry-After: 5' --times 3",
        ),
        (
            "Let two requests fail, and the third one succeed.",
            "webhook-logger reply --sequence 503,503,200",
        ),
        (
            "Repeat a value of the request.",
            "webhook-logger reply --template --json '{\"id\": {{ json./id }}}'",
        ),
        (
            "Restore the default reply.",
            "webhook-logger reply --reset",
        ),
    ),
)
@click.option("--status", type=int, metavar="STATUS", help="The status, 200 to 599.")
@options.headers
@options.data
@options.json_data
@click.option("--delay", type=float, metavar="SECONDS", help="Seconds before each response.")
@click.option("--times", type=int, metavar="N", help="Reply to this many requests only.")
@click.option("--no-cors", is_flag=True, help="Add no CORS headers, and allow no preflights.")
@click.option(
    "--template", is_flag=True, help="Replace {{ expressions }} by values of the request."
)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="JSON|@FILE",
    help="Add a response to the requests that match; repeatable.",
)
@click.option(
    "--sequence",
    metavar="STATUS,…|JSON|@FILE",
    help="Send these responses one after the other, such as 503,503,200.",
)
@click.option(
    "--file",
    "path",
    metavar="FILE|-",
    help="Read the reply from a JSON file; the other options replace its fields.",
)
@click.option("--reset", is_flag=True, help="Restore the default reply.")
@options.timeout
@server_options("--server-header")
def reply(
    status: int | None,
    lines: tuple[str, ...],
    data: str | None,
    json_data: str | None,
    delay: float | None,
    times: int | None,
    no_cors: bool,
    template: bool,
    rules: tuple[str, ...],
    sequence: str | None,
    path: str | None,
    reset: bool,
    timeout: float,
    server: ServerOptions,
) -> None:
    """Set the reply of a callback, or show it.

    Without options, show the reply. With options, set it: fields without an option get their
    defaults. URL is the link of a callback for people who may watch, or the URL of a server. On a
    server, and without URL, `reply` uses the callback of your project.
    """
    headers, body = options.headers_and_body(lines, data, json_data)
    given: dict[str, Any] = {
        "status": status,
        "headers": headers or None,
        "body": body,
        "delay": delay,
        "times": times,
        "cors": False if no_cors else None,
        "template": template or None,
        "rules": [_json(rule, "--rule is not JSON") for rule in rules] or None,
        "sequence": None if sequence is None else _sequence(sequence),
    }
    fields = {name: value for name, value in given.items() if value is not None}
    if path is not None:
        fields = {**_file(path), **fields}
    if reset and fields:
        raise click.UsageError("--reset cannot be combined with other options.")
    screen = Screen()
    callback = server.callback(screen)
    address = callback.address
    api = Api(address, None, timeout)
    try:
        if reset:
            api.reset_reply()
        elif fields or path is not None:
            _print(api.set_reply(fields))
        else:
            _print(api.get_reply())
        if not callback.is_named:
            screen.addresses(api.callback_url, address.view_url)
    finally:
        api.close()


def _print(shown: dict[str, Any]) -> None:
    click.echo(json.dumps(shown, indent=2))


def _file(path: str) -> dict[str, Any]:
    wire = _json(f"@{path}", "--file is not JSON")
    if not isinstance(wire, dict):
        raise Invalid(f"{path} must contain a JSON object.")
    return wire


def _sequence(text: str) -> Any:
    """Parse a list of statuses, separated by commas, or JSON."""
    parts = text.split(",")
    if all(part.strip().isdecimal() for part in parts):
        return [int(part) for part in parts]
    return _json(text, "--sequence is neither statuses, such as 503,503,200, nor JSON")


def _json(text: str, problem: str) -> Any:
    """Parse the JSON of `TEXT`, `@FILE` or `@-`. `problem` starts the message of an error."""
    content = options.content(text) or b""
    try:
        return json.loads(content)
    except (RecursionError, ValueError) as error:
        raise Invalid(f"{problem}: {error}") from error
