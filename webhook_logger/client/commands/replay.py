"""`webhook-logger replay`: send the requests of a HAR file again, in order."""

from __future__ import annotations

import threading
from dataclasses import replace as replaced
from queue import SimpleQueue
from typing import Any, BinaryIO

import click

from webhook_logger.client.archive.files import entries
from webhook_logger.client.archive.recorded import RecordedRequest, read_entry
from webhook_logger.client.commands import options
from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.progress import progress
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.tally import NO_RESPONSE, Tally
from webhook_logger.client.commands.target_options import (
    TargetHeaders,
    TargetTls,
    rate,
    target_headers,
    tls_options,
)
from webhook_logger.client.commands.waits import Waits
from webhook_logger.client.errors import Invalid
from webhook_logger.client.relay.forward import Forwarder, ForwardOptions, ForwardOutcome
from webhook_logger.client.relay.relayed import Relayed, with_added
from webhook_logger.client.relay.routes import Routes
from webhook_logger.client.show import truncated
from webhook_logger.headers import HeaderLines

_MAX_NAME = 80
"""Maximum characters of the number, method and path in a line about a request."""


@click.command(
    cls=CommandWithExamples,
    examples=(
        (
            "Send the requests of a file to your server again.",
            "webhook-logger replay hooks.har --to localhost:3000/hooks",
        ),
        (
            "Try each one again, at most 3 times, until the server accepts it.",
            "webhook-logger replay hooks.har --to localhost:3000/hooks --retries 3",
        ),
    ),
)
@click.argument("file", type=click.File("rb"))
@click.option(
    "--to",
    "urls",
    required=True,
    multiple=True,
    metavar="[/PREFIX=]URL",
    help="The target of each request, or of those below /PREFIX; repeatable.",
)
@options.timeout
@target_headers("-H", "--header")
@options.retries
@rate
@options.concurrency("Maximum simultaneous requests to one target; above 1 in any order.", 1)
@tls_options
@options.allow_escape
@click.pass_context
def replay(
    ctx: click.Context,
    file: BinaryIO,
    urls: tuple[str, ...],
    timeout: float,
    headers: TargetHeaders,
    retries: int,
    rate: float | None,
    concurrency: int,
    tls: TargetTls,
    allow_escape: bool,
) -> None:
    """Send each request of a HAR file again.

    FILE is an archive from `listen --save`, the page or a browser; - reads stdin.
    """
    routes = Routes.parse(urls, allow_escape=allow_escape)
    keep_host, added = headers.checked()
    listed, ours = entries(file, file.name)
    screen = Screen()
    each = ForwardOptions(
        timeout=timeout,
        retries=retries,
        concurrency=concurrency,
        rate=rate,
        tls=tls.context(screen),
    )
    sender = Replay(screen, routes, each)
    for number, entry in enumerate(listed, start=1):
        sender.add(number, _read(entry, number, ours), keep_host, added)
    ctx.exit(sender.run())


def _read(entry: Any, number: int, ours: bool) -> RecordedRequest | Invalid:
    """Return the request of an entry, or the error in it."""
    try:
        return read_entry(entry, number, ours)
    except Invalid as error:
        return error


class Replay(Waits[str]):
    """Sends requests to the targets of their routes, and prints the outcome of each."""

    def __init__(self, screen: Screen, routes: Routes, options: ForwardOptions) -> None:
        super().__init__(screen, options.rate)
        self._screen = screen
        self._routes = routes
        self._options = options
        self._tally = Tally()
        self._requests: list[tuple[str, Relayed]] = []
        self._total = 0
        self._outcomes: SimpleQueue[tuple[str, ForwardOutcome]] = SimpleQueue()

    def add(
        self, number: int, each: RecordedRequest | Invalid, keep_host: bool, added: HeaderLines
    ) -> None:
        """Add a request to send, or say why it is not sent."""
        if isinstance(each, Invalid):
            self._skip(f"{each} It is not sent.")
            return
        sent = each.request
        name = truncated(f"{number}: {sent.method} {sent.subpath or '/'}", _MAX_NAME)
        route = self._routes.match(sent.subpath)
        if each.problem or not route:
            self._skip(f"{name} {each.problem or 'matches no route'}; it is not sent.")
            return
        host = (("Host", each.host),) if keep_host and each.host else ()
        sent = replaced(sent, headers=(*host, *sent.headers))
        self._requests.append((name, with_added(sent, added)))
        self._total += len(route.targets)

    def _skip(self, why: str) -> None:
        self._screen.note(why, "yellow")
        self._tally.add("not sent")
        self._total += 1

    def run(self) -> Exit:
        """Send the requests, and return the exit code."""
        skipped = self._tally.count
        with Forwarder(self._routes, self._options, self) as forwarder:
            # `forward` blocks while a queue is full, and this thread prints, so that an error of
            # the output ends the command.
            threading.Thread(target=self._forward, args=(forwarder,), daemon=True).start()
            try:
                for number in progress(self._screen, range(self._total)):
                    if number >= skipped:
                        self._print(*self._outcomes.get())
            finally:
                forwarder.close()
                while not self._outcomes.empty():  # after Ctrl-C
                    self._count(self._outcomes.get()[1])
                counts = self._tally.text or "nothing"
                self._screen.note(f"{self._tally.count} of {self._total} requests: {counts}.")
        return self._tally.exit

    def _forward(self, forwarder: Forwarder[str]) -> None:
        for name, request in self._requests:
            forwarder.forward(request, name)

    def _print(self, name: str, outcome: ForwardOutcome) -> None:
        self._count(outcome)
        self._screen.outcome(name, outcome)

    def _count(self, outcome: ForwardOutcome) -> None:
        self._tally.add(str(outcome.response.status) if outcome.response else NO_RESPONSE)

    def name(self, context: str) -> str:
        """Return the beginning of a line about a request."""
        return context

    def outcome(self, context: str, outcome: ForwardOutcome) -> None:
        """Pass an outcome to the main thread."""
        self._outcomes.put((context, outcome))
