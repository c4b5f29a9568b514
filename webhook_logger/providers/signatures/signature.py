"""The registry's descriptions of signatures as values, and the choice of one for a request."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webhook_logger.providers.errors import InvalidOption
from webhook_logger.providers.locations import Values, is_location
from webhook_logger.providers.provider import GENERIC, Provider
from webhook_logger.providers.rules import Rule
from webhook_logger.providers.signatures.hashes import ALGORITHMS, Algorithm, Encoding
from webhook_logger.providers.templates import Template, template

_LIKELY = re.compile(r"-(?:signature|hmac)\b", re.IGNORECASE)
"""Names of headers that contain a signature of an unknown provider."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The format of a list of `name=value` pairs."""

    separator: str
    signature: str
    timestamp: str


@dataclass(frozen=True, slots=True)
class TimestampFormat:
    """The location and unit of a timestamp, and which ages are valid."""

    at: str
    """`pair` for the pairs' timestamp or a token's `iat`, else a location."""
    unit: str
    tolerance: int | None
    """In seconds; None accepts any age."""
    future: bool
    """Whether any time later than the arrival is valid."""


@dataclass(frozen=True, slots=True)
class SecretFormat:
    """How the text that a user enters becomes a key."""

    key: str
    prefix: str
    only: str
    """Only secrets with this prefix use the signature."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One way in which a provider signs; `schema.json` describes the fields."""

    kind: str
    at: str
    prefix: str
    pairs: Pairs | None
    separator: str
    """Between the entries of a list; empty if the value is not a list."""
    hash: Algorithm
    encoding: Encoding
    signed: Template
    timestamp: TimestampFormat | None
    secret: SecretFormat
    options: Sequence[Mapping[str, str]]
    adds: Mapping[str, str]
    certificate: Mapping[str, str] | None
    claims: Mapping[str, str]
    algorithms: Sequence[str]
    note: str
    when: Rule | None

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Signature:
        """Read a signature of the registry."""
        return cls(
            kind=entry["kind"],
            at=entry["at"],
            prefix=entry.get("prefix", ""),
            pairs=_pairs(entry.get("pairs")),
            separator=entry.get("list", {}).get("separator", ""),
            hash=entry.get("hash", "SHA-256"),
            encoding=entry.get("encoding", "hex"),
            signed=template(entry.get("signed", "{body}")),
            timestamp=_timestamp(entry.get("timestamp")),
            secret=_secret(entry.get("secret", {})),
            options=entry.get("options", ()),
            adds=entry.get("adds", {}),
            certificate=entry.get("certificate"),
            claims=entry.get("claims", {}),
            algorithms=entry.get("algorithms", ()),
            note=entry.get("note", ""),
            when=Rule.from_json(entry["when"]) if "when" in entry else None,
        )

    def options_for(self, values: Values, entered: Mapping[str, str]) -> dict[str, str]:
        """Return the entered options, with the initial values of those that are empty."""
        options = dict(entered)
        for option in self.options:
            name = option["name"]
            if not options.get(name) and "initial" in option:
                initial = template(option["initial"]).fill(values.at) or b""
                options[name] = initial.decode("utf-8", "replace")
        return options


def _pairs(entry: Mapping[str, str] | None) -> Pairs | None:
    if entry is None:
        return None
    return Pairs(entry["separator"], entry["signature"], entry.get("timestamp", ""))


def _secret(entry: Mapping[str, str]) -> SecretFormat:
    return SecretFormat(entry.get("key", "text"), entry.get("prefix", ""), entry.get("only", ""))


def _timestamp(entry: Mapping[str, Any] | None) -> TimestampFormat | None:
    if entry is None:
        return None
    return TimestampFormat(
        entry["at"], entry["unit"], entry.get("tolerance"), entry.get("future", False)
    )


def signatures_of(
    provider: Provider, values: Values, options: Mapping[str, str]
) -> list[Signature]:
    """Return the signatures that a provider may use for a request, or an empty list."""
    if provider.id == GENERIC:
        return [_generic(values, options)]
    found = map(Signature.from_json, provider.signatures)
    return [each for each in found if each.when is None or each.when.holds(values)]


def creatable(provider: Provider, values: Values, options: Mapping[str, str]) -> list[Signature]:
    """Return the signatures that a provider may give a request, or an empty list.

    Before it is signed, conditions on the value of the signature itself can't hold.
    """
    if found := signatures_of(provider, values, options):
        return found
    every = map(Signature.from_json, provider.signatures)
    return [each for each in every if each.when and each.when.without(each.at).holds(values)]


def for_secret(signatures: Sequence[Signature], secret: str) -> list[Signature]:
    """Return the signatures that are only for secrets like this one, or else those for any."""
    own = [each for each in signatures if each.secret.only and secret.startswith(each.secret.only)]
    return own or [each for each in signatures if not each.secret.only]


def chosen(signatures: Sequence[Signature], secret: str, values: Values) -> Signature:
    """Return the signature to verify. If a request has several, the secret decides."""
    own = [each for each in signatures if each.secret.only and secret.startswith(each.secret.only)]
    if own:
        return next((each for each in own if values.at(each.at)), own[0])
    present = [each for each in signatures if values.at(each.at)]
    general = [each for each in present if not each.secret.only]
    return next(iter(general or present or signatures))


def _generic(values: Values, options: Mapping[str, str]) -> Signature:
    """Return the HMAC that a user describes."""
    algorithm, encoding = options.get("algorithm", "SHA-256"), options.get("encoding", "hex")
    if algorithm not in ALGORITHMS:
        raise InvalidOption(f"The algorithm must be one of {', '.join(ALGORITHMS)}.")
    if encoding not in ("hex", "base64"):
        raise InvalidOption("The encoding must be hex or base64.")
    signed = options.get("signed") or "{body}"
    if not _is_valid(signed):
        raise InvalidOption(
            "The signed content is not valid. Use {body} and {header:NAME}, and double every other "
            "brace and bracket."
        )
    header = options.get("header") or likely_header(values) or "X-Signature"
    return Signature.from_json(
        {
            "kind": "hmac",
            "at": f"header:{header}",
            "prefix": options.get("prefix", ""),
            "hash": algorithm,
            "encoding": encoding,
            "signed": signed,
        }
    )


def _is_valid(signed: str) -> bool:
    try:
        return all(map(is_location, template(signed).locations()))
    except ValueError:
        return False


def likely_header(values: Values) -> str:
    """Return the name of the first header that looks like a signature, or ""."""
    return next((name for name, _ in values.headers if _LIKELY.search(name)), "")
