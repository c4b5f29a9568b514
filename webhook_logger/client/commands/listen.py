"""`webhook-logger listen`: requests as they come, on the terminal, in a file, at other servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Timer

import click

from webhook_logger.client.archive import Archive
from webhook_logger.client.base import START_SECONDS
from webhook_logger.client.commands import options
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.listening import Listening
from webhook_logger.client.commands.relay import Relay
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.filters import Filter
from webhook_logger.client.forward import Manner
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.target import Target

DEFAULT_SERVER = "http://127.0.0.1:8000"


@click.command()
@click.argument("url", envvar="WEBHOOK_LOGGER_URL", default=DEFAULT_SERVER)
@click.option("--filter", "terms", default="", help="Only such as 'method:post -body:ping'.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, nothing else.")
@click.option("--body", is_flag=True, help="Bodies as they are, not shortened.")
@click.option("-v", "--verbose", is_flag=True, help="Header lines and whole bodies.")
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE.har", help="Keep them, too.")
@click.option("--count", type=click.IntRange(1), help="End after so many.")
@click.option("--timeout", type=options.SECONDS, help="End after so many seconds.")
@click.option("--forward", "urls", multiple=True, metavar="URL", help="Send each on; repeatable.")
@click.option("--answer", is_flag=True, help="The first target's answers are the senders'.")
@click.option(
    "--forward-timeout",
    type=options.SECONDS,
    default=30,
    show_default=True,
    help="Seconds a target has.",
)
@options.retries
@click.option("--concurrency", type=click.IntRange(1, 100), default=8, show_default=True)
@click.option("--in-order", is_flag=True, help="One after the other to each target.")
@options.allow_escape
@click.pass_context
def listen(
    ctx: click.Context,
    url: str,
    terms: str,
    as_json: bool,
    body: bool,
    verbose: bool,
    save: Path | None,
    count: int | None,
    timeout: float | None,
    urls: tuple[str, ...],
    answer: bool,
    forward_timeout: float,
    retries: int,
    concurrency: int,
    in_order: bool,
    allow_escape: bool,
) -> None:
    """Show the requests of a callback as they come.

    URL is a callback or its page; of a server's own URL, a new callback there. Without it,
    WEBHOOK_LOGGER_URL is asked, else http://127.0.0.1:8000. --concurrency is how many requests are
    on their way to each target at a time.
    """
    if answer and not urls:
        raise click.UsageError("--answer needs a --forward.")
    inbox = Inbox(url, answer=answer, timeout=min(timeout or START_SECONDS, START_SECONDS))
    screen = Screen(as_json=as_json, headers=verbose, body=body or verbose)
    manner = Manner(forward_timeout, retries, concurrency, in_order)
    targets = [Target.at(each, allow_escape=allow_escape) for each in urls]
    relay = Relay(inbox, targets, manner, screen, answer=answer) if targets else None
    with Archive(save, _origin(inbox)) if save else nullcontext() as archive:
        screen.note(f"Callback: {inbox.url}")
        screen.note(f"Page:     {inbox.view_url}")
        listening = Listening(inbox, screen, Filter(terms), archive, relay)
        with inbox, _closed_after(inbox, timeout):
            _listen(listening, relay, screen, count)
    ctx.exit(_exit(listening, relay, count))


def _listen(listening: Listening, relay: Relay | None, screen: Screen, count: int | None) -> None:
    try:
        listening.run(count)
        if relay:
            relay.finish()
    except KeyboardInterrupt:
        if relay and relay.left:
            screen.note(f"{relay.left} were still on their way to targets.", "yellow")
        raise


def _exit(listening: Listening, relay: Relay | None, count: int | None) -> Exit:
    if count is not None and listening.count < count:
        return Exit.TOO_LATE
    return Exit.FAILED if relay and relay.failed else Exit.DONE


@contextmanager
def _closed_after(inbox: Inbox, seconds: float | None) -> Iterator[None]:
    """Close the inbox after so many seconds, which ends what reads from it."""
    if seconds is None:
        yield
        return
    timer = Timer(seconds, inbox.close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _origin(inbox: Inbox) -> str:
    """Scheme and host of its server."""
    scheme, _, rest = inbox.url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
