"""`webhook-logger replay`: send the requests of a HAR file again, in order."""

from __future__ import annotations

from typing import Any, BinaryIO

import click

from webhook_logger.client.archive.files import entries
from webhook_logger.client.archive.recorded import RecordedRequest, read_entry
from webhook_logger.client.commands import options
from webhook_logger.client.commands.progress import progress
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.tally import NO_RESPONSE, Tally
from webhook_logger.client.errors import Invalid
from webhook_logger.client.http import Http
from webhook_logger.client.relay.forward import KEEP_SECONDS, send
from webhook_logger.client.relay.target import Target
from webhook_logger.client.show import truncated

_MAX_NAME = 80
"""Maximum characters of the number, method and path in a line about a request."""


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--to", "url", required=True, metavar="URL", help="The target of the requests.")
@options.timeout
@options.retries
@options.allow_escape
@click.pass_context
def replay(
    ctx: click.Context, file: BinaryIO, url: str, timeout: float, retries: int, allow_escape: bool
) -> None:
    """Send each request of a HAR file again.

    FILE is an archive from `listen --save`, the page or a browser; - reads stdin.
    """
    target = Target.at(url, allow_escape=allow_escape)
    listed, ours = entries(file, file.name)
    requests = [_read(entry, number, ours) for number, entry in enumerate(listed, start=1)]
    screen = Screen()
    tally = Tally()
    with Http(timeout=timeout, keep_seconds=KEEP_SECONDS) as http:
        try:
            for number, each in enumerate(progress(screen, requests), start=1):
                tally.add(_replay_one(screen, http, target, number, each, retries))
        finally:
            screen.note(f"{tally.count} of {len(requests)} requests: {tally.text or 'nothing'}.")
    ctx.exit(tally.exit)


def _read(entry: Any, number: int, ours: bool) -> RecordedRequest | Invalid:
    """Return the request of an entry, or the error in it."""
    try:
        return read_entry(entry, number, ours)
    except Invalid as error:
        return error


def _replay_one(
    screen: Screen,
    http: Http,
    target: Target,
    number: int,
    each: RecordedRequest | Invalid,
    retries: int,
) -> str:
    """Send one request, print the outcome, and return it for the tally."""
    if isinstance(each, Invalid):
        screen.note(f"{each} It is not sent.", "yellow")
        return "not sent"
    name = truncated(f"{number}: {each.request.method} {each.request.subpath or '/'}", _MAX_NAME)
    if each.problem:
        screen.note(f"{name} {each.problem}; it is not sent.", "yellow")
        return "not sent"
    outcome = send(http, target, each.request, retries)
    screen.outcome(name, outcome)
    return str(outcome.response.status) if outcome.response else NO_RESPONSE
