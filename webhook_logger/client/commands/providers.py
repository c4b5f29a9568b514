"""`webhook-logger providers`: list the providers of the registry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.client.commands.options import complete_provider
from webhook_logger.client.errors import Invalid
from webhook_logger.providers import Provider
from webhook_logger.providers import providers as registry
from webhook_logger.providers.provider import LEVELS

HEAD = ("id", "name", "signature", "handshake", "recognised by")
"""The columns of the table."""

_KINDS = {
    "token": "token",
    "basic": "password",
    "jwt": "JWT",
    "ed25519": "Ed25519",
    "ecdsa": "ECDSA",
    "rsa": "RSA",
    "twilio": "HMAC SHA-1",
}


@click.command(
    "providers",
    cls=CommandWithExamples,
    examples=(
        (
            "List all providers.",
            "webhook-logger providers",
        ),
        (
            "List those of Microsoft and Atlassian.",
            "webhook-logger providers microsoft atlassian",
        ),
        (
            "Show how GitHub signs its requests, as JSON.",
            "webhook-logger providers github --json",
        ),
    ),
)
@click.argument("words", nargs=-1, shell_complete=complete_provider)
@click.option("--json", "as_json", is_flag=True, help="Print each entry as one line of JSON.")
def providers(words: tuple[str, ...], as_json: bool) -> None:
    """List the providers whose requests are recognised.

    With WORDS, list only those whose id or name contains one of the words.
    """
    found = [each for each in registry().values() if not words or _matches(each, words)]
    if not found:
        raise Invalid("No provider has such a name. Without words, all providers are listed.")
    if as_json:
        for each in found:
            click.echo(json.dumps(each.entry, ensure_ascii=False))
    else:
        _print_table(found)


def _print_table(found: list[Provider]) -> None:
    rows = [HEAD, *map(cells_of, found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _matches(provider: Provider, words: tuple[str, ...]) -> bool:
    text = f"{provider.id} {provider.name}".lower()
    return any(word.lower() in text for word in words)


def cells_of(provider: Provider) -> tuple[str, ...]:
    """Return the row of a provider in the table."""
    signatures = dict.fromkeys(map(_signature, provider.signatures))
    return (
        provider.id,
        provider.name,
        " or ".join(signatures) or "none",
        _handshake(provider),
        ", ".join(_recognised_by(provider)),
    )


def _signature(signature: Mapping[str, Any]) -> str:
    kind = signature["kind"]
    return _KINDS.get(kind) or f"HMAC {signature.get('hash', 'SHA-256')}"


def _handshake(provider: Provider) -> str:
    """Return whether there is a handshake, and whether its response depends on the secret."""
    entries = provider.entry.get("handshakes", ())
    if any(entry.get("secret") for entry in entries):
        return "with the secret"
    return "yes" if entries else "no"


def _recognised_by(provider: Provider) -> Iterator[str]:
    """Return the names of the headers, parameters and JSON values of its most certain rule."""
    rule = next(rule for level in LEVELS for rule in provider.rules[level])
    for location, _expression in rule.conditions:
        kind, _, name = location.partition(":")
        yield name if kind in ("header", "json") else f"{kind} {name}".strip()
