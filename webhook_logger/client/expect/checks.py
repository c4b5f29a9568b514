"""The checks of `assert_received`, one for each thing that a test can expect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from webhook_logger import providers
from webhook_logger.client.expect.difference import compared, difference, json_lines, shown
from webhook_logger.client.expect.json_match import aligned, is_equal, part_of
from webhook_logger.client.filters import readable
from webhook_logger.client.received import ReceivedRequest
from webhook_logger.client.signatures import SignedBy
from webhook_logger.providers.locations import form_pairs

__tracebackhide__ = True  # pytest shows the line of the test, not the client's own code

_SECRET = re.compile(
    "^(?:proxy-)?authorization$|^(?:set-)?cookie$|(?:api|view)-?key|credential|password|secret|token",
    re.IGNORECASE,
)
"""Names whose values no message shows."""
HIDDEN = "…"
_MAX_VALUES = 3
"""Maximum values of one name that a message shows."""

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Comparison:
    """One property that a test expects of a request."""

    name: str
    holds: Callable[[ReceivedRequest], bool]
    explain: Callable[[ReceivedRequest], list[str]]
    """Return lines about the difference, if it does not hold."""


def checks(name: str, value: Any) -> list[Comparison]:
    """Return the checks for one keyword of `assert_received`.

    Raises `TypeError` if the value has a wrong type, and `UnknownProvider`.
    """
    kind, text = _KINDS.get(name, (object, ""))
    if not isinstance(value, kind):
        raise TypeError(f"{name!r} must be {text}, not {type(value).__name__}.")
    if kind is Mapping and not all(isinstance(each, str) for each in value.values()):
        raise TypeError(f"Each value in {name!r} must be a string.")
    if name == "provider" and value:
        providers.get(value)
    return _CHECKS[name](name, value)


def is_secret(name: str) -> bool:
    """Return whether the value of a header, a parameter or a field may be a secret."""
    return _SECRET.search(name) is not None


def _attribute(name: str, value: str) -> list[Comparison]:
    """Return the check of an attribute of the request that is a line of text."""

    def received(request: ReceivedRequest) -> str:
        return readable(getattr(request, name))

    def explain(request: ReceivedRequest) -> list[str]:
        return [compared(value, received(request))]

    return [Comparison(name, lambda request: received(request) == value, explain)]


def _named(
    kind: str, pairs_of: Callable[[ReceivedRequest], Pairs], lower: bool = False
) -> Callable[[str, Mapping[str, str]], list[Comparison]]:
    """Return the checks of values that have names. One of the values of a name must be equal."""

    def check(name: str, value: str) -> Comparison:
        wanted = name.lower() if lower else name

        def values(request: ReceivedRequest) -> list[str]:
            pairs = pairs_of(request)
            return [each for key, each in pairs if (key.lower() if lower else key) == wanted]

        def explain(request: ReceivedRequest) -> list[str]:
            found = values(request)
            if is_secret(name):
                return ["a different value" if found else "missing"]
            listed = " and ".join(map(shown, found[:_MAX_VALUES])) or "missing"
            return [f"{listed}, expected {shown(value)}"]

        return Comparison(f"{kind} {name}", lambda request: value in values(request), explain)

    return lambda _, expected: [check(*item) for item in expected.items()]


def _header_lines(request: ReceivedRequest) -> Pairs:
    return ((name, readable(value)) for name, value in request.headers)


def _query(request: ReceivedRequest) -> Pairs:
    return request.query


def _form(request: ReceivedRequest) -> Pairs:
    return form_pairs(request.media_type, request.content)


def _json(
    select: Callable[[Any, Any], Any],
) -> Callable[[str, Any], list[Comparison]]:
    """Return the check of a JSON body. `select` returns the part of it that is compared."""

    def check(keyword: str, expected: Any) -> list[Comparison]:
        def holds(request: ReceivedRequest) -> bool:
            try:
                received = request.json()
            except ValueError:
                return False
            return is_equal(expected, select(received, expected))

        def explain(request: ReceivedRequest) -> list[str]:
            try:
                received = select(request.json(), expected)
            except ValueError as error:
                return [f"the body is not JSON: {shown(str(error))[1:-1]}", *_text_of(request)]
            return difference(json_lines(aligned(expected, received)), json_lines(received))

        return [Comparison(keyword, holds, explain)]

    return check


def _text_of(request: ReceivedRequest) -> list[str]:
    return [f"it is {shown(request.text)}"] if request.body.content else []


def _body(keyword: str, expected: bytes | str) -> list[Comparison]:
    def received(request: ReceivedRequest) -> bytes | str:
        return request.content if isinstance(expected, bytes) else request.text

    def explain(request: ReceivedRequest) -> list[str]:
        if not request.body.complete:
            return [f"the {request.body.size} bytes of the body were over the server's limit"]
        if isinstance(expected, bytes):
            return [compared(expected, request.content)]
        if "\n" in expected + request.text:
            return difference(expected.split("\n"), request.text.split("\n"))
        return [compared(expected, request.text)]

    return [Comparison(keyword, lambda request: received(request) == expected, explain)]


def _signature(keyword: str, expected: SignedBy) -> list[Comparison]:
    return [
        Comparison(
            keyword,
            lambda request: expected.verify(request).ok,
            lambda request: [expected.verify(request).text],
        )
    ]


def _where(keyword: str, matches: Callable[[ReceivedRequest], bool]) -> list[Comparison]:
    return [Comparison(keyword, matches, lambda _: ["the function returned a false value"])]


_LINES = ("method", "subpath", "provider", "event")
_DICTIONARY = "a dictionary of names and values"
_KINDS: dict[str, tuple[Any, str]] = {
    **dict.fromkeys(_LINES, (str, "a string")),
    **dict.fromkeys(("query", "headers", "form"), (Mapping, _DICTIONARY)),
    "body": (bytes | str, "bytes or a string"),
    "signature": (SignedBy, "the result of a function such as signatures.github"),
    "where": (Callable, "a function"),
}
"""The types of values, with their names for people."""
_CHECKS: dict[str, Callable[[str, Any], list[Comparison]]] = {
    **dict.fromkeys(_LINES, _attribute),
    "query": _named("query parameter", _query),
    "headers": _named("header", _header_lines, lower=True),
    "json": _json(lambda received, _: received),
    "json_contains": _json(part_of),
    "form": _named("form field", _form),
    "body": _body,
    "signature": _signature,
    "where": _where,
}
