"""`webhook-logger replay`: each request of a HAR file again, in their order."""

from __future__ import annotations

from typing import Any, BinaryIO

import click

from webhook_logger.client.archive.files import entries
from webhook_logger.client.archive.recorded import Recorded, recorded
from webhook_logger.client.commands import options
from webhook_logger.client.commands.progress import progress
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.tally import NO_RESPONSE, Tally
from webhook_logger.client.errors import Invalid
from webhook_logger.client.http import Http
from webhook_logger.client.relay.forward import KEEP_SECONDS, send
from webhook_logger.client.relay.target import Target
from webhook_logger.client.show import shortened

_MAX_NAME = 80
"""Characters of number, method and path in the line about a request."""


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

    FILE is an archive of `listen --save`, of the page or of a browser; - is stdin.
    """
    target = Target.at(url, allow_escape=allow_escape)
    listed, ours = entries(file, file.name)
    requests = [_read(entry, number, ours) for number, entry in enumerate(listed, start=1)]
    screen = Screen()
    tally = Tally()
    with Http(timeout=timeout, keep_seconds=KEEP_SECONDS) as http:
        try:
            for number, each in enumerate(progress(screen, requests), start=1):
                tally.add(_replayed(screen, http, target, number, each, retries))
        finally:
            screen.note(f"{tally.count} of {len(requests)} requests: {tally.text or 'nothing'}.")
    ctx.exit(tally.exit)


def _read(entry: Any, number: int, ours: bool) -> Recorded | Invalid:
    """The request of an entry, or why there is none."""
    try:
        return recorded(entry, number, ours)
    except Invalid as error:
        return error


def _replayed(
    screen: Screen, http: Http, target: Target, number: int, each: Recorded | Invalid, retries: int
) -> str:
    """Send one, say what came of it, and return that in a word."""
    if isinstance(each, Invalid):
        screen.note(f"{each} It is not sent.", "yellow")
        return "not sent"
    name = shortened(f"{number}: {each.request.method} {each.request.below or '/'}", _MAX_NAME)
    if each.lacks:
        screen.note(f"{name} {each.lacks}; it is not sent.", "yellow")
        return "not sent"
    outcome = send(http, target, each.request, retries)
    screen.outcome(name, outcome)
    return str(outcome.response.status) if outcome.response else NO_RESPONSE
