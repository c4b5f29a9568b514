"""The requests that a test expects, and the message if they do not arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain
from typing import Any, TypedDict

from webhook_logger.client.expect.checks import HIDDEN, Comparison, checks, is_secret
from webhook_logger.client.expect.difference import shortened
from webhook_logger.client.received import ReceivedRequest
from webhook_logger.client.signatures import SignedBy
from webhook_logger.plain import plain

__tracebackhide__ = True  # pytest shows the line of the test, not the client's own code

MAX_EXPLAINED = 50
"""Maximum unread requests that are compared to find the closest one."""
_MAX_VALUE = 80


class Expectations(TypedDict, total=False):
    """The keywords of `assert_received`. A request must meet all the given ones."""

    method: str
    subpath: str
    """The part of the path after the callback's UUID: "" or "/orders"."""
    query: Mapping[str, str]
    """Parameters that the query contains; it may contain more."""
    headers: Mapping[str, str]
    """Headers that the request contains; it may contain more."""
    json: Any
    """The whole JSON body."""
    json_contains: Any
    """A part of the JSON body: each object in it may have more members."""
    form: Mapping[str, str]
    """Fields that the form contains; it may contain more."""
    body: bytes | str
    """The whole body without its content codings, as bytes or as text."""
    provider: str
    """The id of the provider, such as `github`."""
    event: str
    """The provider's name of the event."""
    signature: SignedBy
    """A valid signature, such as `github("secret")` from `webhook_logger.client.signatures`."""
    where: Callable[[ReceivedRequest], bool]
    """A function that returns whether the request matches."""


class Expectation:
    """The properties that a test expects of a request."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        """`given` has the keywords of `Expectations`.

        Raises `TypeError` for any other and for a wrong type, and `UnknownProvider`.
        """
        known = list(Expectations.__annotations__)
        for name in given:
            if name not in known:
                similar = get_close_matches(name, known, 1)
                advice = f"Did you mean {similar[0]!r}?" if similar else f"Use {', '.join(known)}."
                raise TypeError(f"A request cannot be compared by {name!r}. {advice}")
        self._given = given
        self._checks = list(chain.from_iterable(checks(*item) for item in given.items()))

    def matches(self, request: ReceivedRequest) -> bool:
        """Return whether everything holds for a request."""
        return all(check.holds(request) for check in self._checks)

    def __str__(self) -> str:
        """Return the given values, shortened and without secrets; empty without values."""
        return ", ".join(f"{name}={_brief(value)}" for name, value in self._given.items())

    def explain(self, requests: Sequence[ReceivedRequest]) -> list[str]:
        """Return lines about the request that differs least; none without requests."""
        if not requests:
            return []
        failed = [(self._failed(each), each) for each in requests[-MAX_EXPLAINED:]]
        differing, request = min(failed, key=lambda pair: len(pair[0]))
        if not differing:
            return [f"Request {request.seq} matches, but it arrived too late."]
        lines = [f"Request {request.seq} is the closest. It differs in:"]
        for check in differing:
            name, explained = plain(check.name), check.explain(request)
            if len(explained) == 1:
                lines.append(f"  {name}: {explained[0]}")
            else:
                lines += [f"  {name}:", *(f"    {line}" for line in explained)]
        return lines

    def _failed(self, request: ReceivedRequest) -> list[Comparison]:
        return [check for check in self._checks if not check.holds(request)]


def _brief(value: object) -> str:
    if isinstance(value, Mapping):
        hidden = {name: HIDDEN if is_secret(str(name)) else each for name, each in value.items()}
        return shortened(plain(repr(hidden)), _MAX_VALUE)
    if isinstance(value, SignedBy):
        return f"{value.provider.replace('-', '_')}({HIDDEN})"
    if callable(value):
        return plain(getattr(value, "__name__", HIDDEN))
    return shortened(plain(repr(value)), _MAX_VALUE)
