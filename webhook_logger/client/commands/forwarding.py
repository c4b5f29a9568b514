"""The options of `listen` for forwarding, and the relay that they describe."""

from __future__ import annotations

from dataclasses import dataclass

import click

from webhook_logger.client.commands import options
from webhook_logger.client.commands.relay import Relay
from webhook_logger.client.commands.responder import LATE_SECONDS, Responder
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.filters import Filter
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.relay.forward import ForwardOptions
from webhook_logger.client.relay.target import Target

FORWARD_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The values of the options for forwarding."""

    urls: tuple[str, ...]
    respond: bool
    on_failure: str
    forward_timeout: float | None
    keep_host: bool
    retries: int
    concurrency: int
    in_order: bool
    allow_escape: bool

    @property
    def seconds(self) -> float:
        """Maximum seconds for each response of a target."""
        return self.forward_timeout or (LATE_SECONDS if self.respond else FORWARD_SECONDS)

    def check(self, wanted: Filter) -> None:
        """Raise `UsageError` if these options cannot be combined, or not with this filter."""
        if self.respond and not self.urls:
            raise click.UsageError("--respond requires --forward.")
        if self.respond and wanted.needs_status:
            raise click.UsageError("--respond chooses the status, so --filter can't use status:.")

    def targets(self) -> list[Target]:
        """Parse the targets. Raises `Invalid`."""
        return [Target.at(each, allow_escape=self.allow_escape) for each in self.urls]

    def relay(self, inbox: Inbox, screen: Screen) -> Relay | None:
        """Return what forwards the requests of an inbox; None if there is no target."""
        targets = self.targets()
        if not targets:
            return None
        each = ForwardOptions(self.seconds, self.retries, self.concurrency, self.in_order)
        responder = self._responder(inbox, screen) if self.respond else None
        return Relay(inbox, targets, each, screen, responder, keep_host=self.keep_host)

    def _responder(self, inbox: Inbox, screen: Screen) -> Responder:
        reply_on_failure = self.on_failure == "reply"
        return Responder(
            inbox, screen, late_seconds=self.seconds, reply_on_failure=reply_on_failure
        )


forwarding_options = options.grouped(
    Forwarding,
    "forwarding",
    click.option(
        "--forward",
        "urls",
        multiple=True,
        metavar="URL",
        help="Forward each request to URL; repeatable.",
    ),
    click.option(
        "--respond",
        is_flag=True,
        help="Return the responses of the first target to the senders.",
    ),
    click.option(
        "--on-failure",
        type=click.Choice(["error", "reply"]),
        default="error",
        show_default=True,
        help="With --respond, if the target fails: send 502 or 504, or the callback's reply.",
    ),
    click.option(
        "--forward-timeout",
        type=options.SECONDS,
        show_default=f"30; {LATE_SECONDS:g} with --respond",
        metavar="SECONDS",
        help="Maximum seconds for each response of a target.",
    ),
    click.option(
        "--keep-host",
        is_flag=True,
        help="Forward the sender's Host header instead of the target's host.",
    ),
    options.retries,
    click.option(
        "--concurrency",
        type=click.IntRange(1, 100),
        default=8,
        show_default=True,
        metavar="N",
        help="Maximum simultaneous requests to one target.",
    ),
    click.option(
        "--in-order", is_flag=True, help="Send one request at a time to each target, in order."
    ),
    options.allow_escape,
)
