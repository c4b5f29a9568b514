"""Options that describe requests to targets, shared by `listen`, `replay` and `send`."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import click

from webhook_logger.client.commands import options
from webhook_logger.client.display import Display
from webhook_logger.client.relay.relayed import check_added
from webhook_logger.client.tls import tls_context
from webhook_logger.headers import HeaderLines


@dataclass(frozen=True, slots=True)
class TargetTls:
    """How the certificates of targets are verified."""

    insecure: bool
    ca: Path | None

    @property
    def given(self) -> bool:
        """Whether one of the options is used."""
        return self.insecure or self.ca is not None

    def context(self, screen: Display) -> ssl.SSLContext | None:
        """Return the context, or None for the default one; print a warning if it is insecure.

        Raises `Invalid`.
        """
        if self.insecure and self.ca:
            raise click.UsageError("Use either --insecure or --ca, not both.")
        if self.insecure:
            screen.note("--insecure: certificates are not verified.", "yellow")
        return tls_context(insecure=self.insecure, ca=self.ca) if self.given else None


tls_options = options.grouped(
    TargetTls,
    "tls",
    click.option(
        "--ca",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Also trust the certificates in this PEM file, for https targets.",
    ),
    click.option(
        "--insecure", is_flag=True, help="Accept any certificate of an https target. Unsafe."
    ),
)


@dataclass(frozen=True, slots=True)
class TargetHeaders:
    """How the header lines of forwarded requests are changed."""

    keep_host: bool
    lines: tuple[str, ...]

    def checked(self) -> tuple[bool, HeaderLines]:
        """Return whether to keep the sender's `Host`, and the lines to add. Raises `Invalid`."""
        added = tuple(map(options.header_line, self.lines))
        check_added(added)
        if self.keep_host and any(name.lower() == "host" for name, _ in added):
            raise click.UsageError("Use either --keep-host or a header line with Host, not both.")
        return self.keep_host, added


def target_headers(*names: str) -> options.Decorator:
    """Return the options for `Host` and for header lines; `names` are those of the latter."""
    return options.grouped(
        TargetHeaders,
        "headers",
        click.option(
            "--keep-host",
            is_flag=True,
            help="Send the sender's Host header instead of the target's host.",
        ),
        click.option(
            *names,
            "lines",
            multiple=True,
            metavar="'NAME: VALUE'",
            help="Add a header line for the targets, or replace those of its name; repeatable.",
        ),
    )


rate = click.option(
    "--rate",
    type=options.Positive(10**6),
    metavar="N",
    help="Maximum requests per second to one target, evenly spaced.",
)
