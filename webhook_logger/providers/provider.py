"""The providers of the registry, as values. Each is one file in `registry/`, read when needed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from webhook_logger.providers.errors import InvalidOption, UnknownProvider
from webhook_logger.providers.locations import Values
from webhook_logger.providers.rules import Rule
from webhook_logger.providers.templates import fill_text

if TYPE_CHECKING:
    from webhook_logger.captured import CapturedRequest
    from webhook_logger.providers.outgoing import OutgoingRequest, SignedRequest
    from webhook_logger.providers.signatures.verdict import Verdict

REGISTRY = Path(__file__).parent / "registry"
LEVELS = ("certain", "likely", "possible")
"""How certain the rules of a provider are, most certain first."""
GENERIC = "generic"
"""The id of the provider whose HMAC the user describes. It has no file."""
GENERIC_OPTIONS = ("header", "algorithm", "encoding", "prefix", "signed")
TEXTS = ("event", "delivery", "attempt", "retry", "timestamp")
"""The lists of templates that describe a delivery."""


@dataclass(frozen=True)
class Provider:
    """A service that sends webhooks, as its file in the registry describes it."""

    id: str
    name: str
    documentation: str
    entry: Mapping[str, Any] = field(repr=False)
    """The content of the file; `schema.json` describes it."""

    @cached_property
    def rules(self) -> dict[str, list[Rule]]:
        """The rules that recognise its requests, by level."""
        lists = self.entry["recognise"]
        return {level: list(map(Rule.from_json, lists.get(level, ()))) for level in LEVELS}

    @property
    def notes(self) -> str:
        """One sentence about its signatures; may be empty."""
        return str(self.entry.get("notes", ""))

    @property
    def signatures(self) -> list[Mapping[str, Any]]:
        """The descriptions of its signatures, those of the provider that it is like included."""
        return [each for entry in self.entry.get("signatures", ()) for each in _resolved(entry)]

    @property
    def option_names(self) -> list[str]:
        """The names of the options of its signatures."""
        if self.id == GENERIC:
            return list(GENERIC_OPTIONS)
        options = [each for entry in self.signatures for each in entry.get("options", ())]
        return sorted({each["name"] for each in options})

    def check_options(self, names: Iterable[str]) -> None:
        """Raise `InvalidOption` if one of these is not an option of its signatures."""
        known = self.option_names
        for name in names:
            if name not in known:
                options = f"Its options are: {', '.join(known)}."
                advice = options if known else "There are no options."
                raise InvalidOption(f"{self.name} does not have the option “{name}”. {advice}")

    def require_package(self, secret: str) -> None:
        """Raise `MissingPackage` if its signatures need a package that is not installed."""
        from webhook_logger.providers.signatures.keys import require_package  # noqa: PLC0415

        require_package(self, secret)

    def text(self, name: str, values: Values) -> str:
        """Return the value of `event`, `delivery` or another list of templates, or ""."""
        return fill_text((text for rule, text in self._choices[name] if rule.holds(values)), values)

    @cached_property
    def _choices(self) -> dict[str, list[tuple[Rule, str]]]:
        """The templates of each list, with the rules on which they depend."""
        lists = ((name, self.entry.get(name, ())) for name in TEXTS)
        return {name: list(map(_choice, entries)) for name, entries in lists}

    def verify(self, request: CapturedRequest, secret: str, **options: str) -> Verdict:
        """Verify that the request was signed with this secret.

        Raises `MissingPackage` if this kind of signature needs a package that is not installed, and
        `InvalidOption`.
        """
        from webhook_logger.providers.signatures.verifying import verify  # noqa: PLC0415

        return verify(self, request, secret, options)

    def sign(self, outgoing: OutgoingRequest, secret: str, **options: str) -> SignedRequest:
        """Sign a request as the provider does. Raises `Unsignable` if that is not possible."""
        self.check_options(options)
        from webhook_logger.providers.signatures.signing import sign  # noqa: PLC0415

        return sign(self, outgoing, secret, options)

    def certificate_url(self, request: CapturedRequest) -> str | None:
        """Return the URL of the certificate that a request names, if it is on the right host.

        To verify the signature, fetch the certificate, and use it as the secret.
        """
        from webhook_logger.providers.signatures.certificates import (  # noqa: PLC0415
            certificate_url,
        )

        return certificate_url(self, request)

    def sample(self, event: str | None = None, url: str = "") -> OutgoingRequest:
        """Return a request to `url` from the provider's documentation, by default the first one.

        Raises `UnknownEvent` if the registry has no sample of this event.
        """
        from webhook_logger.providers.outgoing import sample  # noqa: PLC0415

        return sample(self, event, url)


def _choice(entry: str | Mapping[str, Any]) -> tuple[Rule, str]:
    if isinstance(entry, str):
        return Rule.from_json({}), entry
    return Rule.from_json(entry["when"]), entry["text"]


def _resolved(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "like" not in entry:
        return [entry]
    changes = {name: value for name, value in entry.items() if name != "like"}
    return [{**each, **changes} for each in get(entry["like"]).signatures]


@cache
def providers() -> Mapping[str, Provider]:
    """Return all providers by their ids, in alphabetical order of the ids."""
    return MappingProxyType({each: get(each) for each in ids()})


@cache
def _by_id(id_: str) -> Provider:
    entry = json.loads((REGISTRY / f"{id_}.json").read_text(encoding="utf-8"))
    return Provider(entry["id"], entry["name"], entry["documentation"], entry)


def get(id_: str) -> Provider:
    """Return a provider by its id. Raises `UnknownProvider`."""
    if id_ == GENERIC:
        return Provider(GENERIC, "Another HMAC", "", {"recognise": {}, "samples": []})
    if id_ not in ids():
        similar = get_close_matches(id_, ids(), 1)
        advice = f"Did you mean {similar[0]}?" if similar else "providers.ids() lists all ids."
        raise UnknownProvider(f"There is no provider “{id_}”. {advice}")
    return _by_id(id_)


@cache
def ids() -> tuple[str, ...]:
    """Return the ids of all providers in alphabetical order, without reading their files."""
    return tuple(sorted(file.stem for file in REGISTRY.glob("*.json")))
