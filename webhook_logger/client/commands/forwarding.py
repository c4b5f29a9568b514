"""The options of `listen` for forwarding, and the relay that they describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import click

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands import options
from webhook_logger.client.commands.relay import Relay
from webhook_logger.client.commands.responder import LATE_SECONDS, Responder
from webhook_logger.client.commands.target_options import (
    TargetHeaders,
    TargetTls,
    rate,
    target_headers,
    tls_options,
)
from webhook_logger.client.display import Display
from webhook_logger.client.filters import Filter
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.relay.forward import ForwardOptions
from webhook_logger.client.relay.relayed import Relayed, forwarded
from webhook_logger.client.relay.routes import Routes

FORWARD_SECONDS = 30.0
_FOR_TARGETS = (
    "forward_timeout",
    "keep_host",
    "retries",
    "rate",
    "concurrency",
    "in_order",
    "allow_escape",
)


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The values of the options for forwarding."""

    urls: tuple[str, ...]
    respond: bool
    on_failure: str
    forward_timeout: float | None
    headers: TargetHeaders
    retries: int
    rate: float | None
    concurrency: int
    in_order: bool
    tls: TargetTls
    allow_escape: bool

    @property
    def seconds(self) -> float:
        """Maximum seconds for each response of a target."""
        return self.forward_timeout or (LATE_SECONDS if self.respond else FORWARD_SECONDS)

    def check(self, ctx: click.Context, wanted: Filter, *, has_view: bool) -> None:
        """Raise `UsageError` if these options cannot be combined, or not with this filter.

        In the interactive view, the user can forward single requests without `--forward`.
        """
        if self.respond and not self.urls:
            raise click.UsageError("--respond requires --forward.")
        if self.respond and wanted.needs_status:
            raise click.UsageError("--respond chooses the status, so --filter can't use status:.")
        given = options.given(ctx)
        if "on_failure" in given and not self.respond:
            raise click.UsageError("--on-failure requires --respond.")
        if not self.urls and not has_view:
            self._check_without_targets(given)

    def _check_without_targets(self, given: Mapping[str, str]) -> None:
        if self.tls.given:
            raise click.UsageError(
                "--insecure and --ca are for the targets of --forward. To trust the certificate of "
                "the server, set SSL_CERT_FILE to the file of its authority."
            )
        if self.headers.lines:
            raise click.UsageError(
                "--forward-header requires --forward. A header for the server is --server-header."
            )
        for name in _FOR_TARGETS:
            if name in given:
                raise click.UsageError(f"{given[name]} requires --forward.")

    def relay(self, inbox: Inbox, screen: Display) -> Relay | None:
        """Return what forwards the requests of an inbox; None if there is no target.

        Raises `Invalid`.
        """
        if not self.urls:
            return None
        responder = self._responder(inbox, screen) if self.respond else None
        options = self.forward_options(screen)
        return Relay(inbox, self.routes(), options, self.prepared(), screen, responder)

    def routes(self, *more: str) -> Routes:
        """Return the routes, with `more` ones. Raises `Invalid`."""
        return Routes.parse((*self.urls, *more), allow_escape=self.allow_escape)

    def prepared(self) -> Callable[[CapturedRequest], Relayed]:
        """Return the function that makes the request to send. Raises `Invalid`."""
        keep_host, added = self.headers.checked()
        return partial(forwarded, keep_host=keep_host, added=added)

    def forward_options(self, screen: Display) -> ForwardOptions:
        """Return the options of a forwarder. Raises `Invalid`."""
        return ForwardOptions(
            timeout=self.seconds,
            retries=self.retries,
            concurrency=self.concurrency,
            in_order=self.in_order,
            rate=self.rate,
            tls=self.tls.context(screen),
        )

    def _responder(self, inbox: Inbox, screen: Display) -> Responder:
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
        metavar="[/PREFIX=]URL",
        help="Forward each request, or those below /PREFIX, to URL; repeatable.",
    ),
    click.option(
        "--respond",
        is_flag=True,
        help="Return the target's response to the sender; of several targets, the first one's.",
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
    target_headers("--forward-header"),
    options.retries,
    rate,
    options.concurrency("Maximum simultaneous requests to one target.", 8),
    click.option(
        "--in-order", is_flag=True, help="Send one request at a time to each target, in order."
    ),
    tls_options,
    options.allow_escape,
)
