"""Groups of options of `listen`: what it prints, when it ends, and what it verifies."""

from __future__ import annotations

import codecs
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from webhook_logger.client.commands import options
from webhook_logger.client.commands.certificates import Certificates
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.secrets import Secrets
from webhook_logger.client.commands.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Output:
    """How requests are printed and saved."""

    as_json: bool
    body: bool
    verbose: bool
    plain: bool
    save: Path | None

    @property
    def is_interactive(self) -> bool:
        """Whether to show the interactive view, if possible."""
        return not self.as_json and not self.plain and _is_on_terminal()

    def screen(self) -> Screen:
        """Return the output of the command."""
        return Screen(as_json=self.as_json, headers=self.verbose, body=self.body or self.verbose)


def _is_on_terminal() -> bool:
    """Return whether a person can see and use an interactive view."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return (
        all(each.isatty() for each in streams)
        and os.environ.get("TERM") != "dumb"
        and codecs.lookup(sys.stdout.encoding).name == "utf-8"  # its lines need such characters
    )


output_options = options.grouped(
    Output,
    "output",
    click.option("--json", "as_json", is_flag=True, help="Print each request as one line of JSON."),
    click.option(
        "--plain", is_flag=True, help="Print lines instead of the interactive view of a terminal."
    ),
    click.option("--body", is_flag=True, help="Show complete bodies."),
    click.option(
        "-v", "--verbose", is_flag=True, help="Show header lines, complete bodies and trailers."
    ),
    click.option(
        "--save",
        type=click.Path(path_type=Path),
        metavar="FILE.har",
        help="Save the requests in an HTTP archive.",
    ),
)


@dataclass(frozen=True, slots=True)
class End:
    """When `listen` ends; without a value, never."""

    count: int | None
    timeout: float | None


end_options = options.grouped(
    End,
    "end",
    click.option(
        "--count", type=click.IntRange(1), metavar="N", help="End after this many requests."
    ),
    click.option(
        "--timeout", type=options.SECONDS, metavar="SECONDS", help="End after this many seconds."
    ),
)


@dataclass(frozen=True, slots=True)
class Verification:
    """How signatures are verified."""

    secrets: tuple[str, ...]
    signature_options: dict[str, str]
    fetch_certificates: bool

    def verifier(self, *, is_interactive: bool) -> Verifier | None:
        """Return what verifies signatures; None if it could not verify any. In the interactive
        view, the user can enter secrets.
        """
        options.check_any_provider_has(self.signature_options)
        secrets = Secrets.read(self.secrets)
        if not is_interactive and not secrets and not self.fetch_certificates:
            return None
        certificates = Certificates() if self.fetch_certificates else None
        return Verifier(secrets, self.signature_options, certificates)


verification_options = options.grouped(
    Verification,
    "verification",
    click.option(
        "--secret",
        "secrets",
        multiple=True,
        metavar="[PROVIDER=]SECRET",
        help="Verify signatures, and respond to handshakes that need this secret; repeatable.",
    ),
    options.signature_options,
    click.option(
        "--fetch-certificates",
        is_flag=True,
        help="Fetch the certificates that requests of Amazon SNS and PayPal name.",
    ),
)
