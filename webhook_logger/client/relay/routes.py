"""Routes: the beginning of a request's subpath chooses the targets that get it.

A route is written as `/PREFIX=URL`, or as `URL` for all requests that no other route matches. A
prefix matches whole segments of the subpath, as they were sent: percent-escapes are not decoded,
and upper and lower case differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote

from webhook_logger.client.errors import Invalid
from webhook_logger.client.relay.relayed import Relayed
from webhook_logger.client.relay.target import Target

_EXAMPLE = "/stripe=http://localhost:3000/webhooks"
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_SENDABLE = re.compile(r"[\x21-\x7e]*")
_NO_SLASH = re.compile(r"[^/:?#]*=\d+(?:[/?].*)?|[^:?#]*=(?:https?:|:\d|localhost\b).*", re.DOTALL)
"""Matches a route whose prefix lacks its slash, but not `localhost/x=1`, which is a URL."""


@dataclass(frozen=True, slots=True)
class Route:
    """Targets for the requests whose subpath begins with a prefix."""

    prefix: str
    """Percent-encoded, such as `/stripe`; empty for requests that no other route matches."""
    targets: tuple[Target, ...]

    def routed(self, request: Relayed) -> Relayed:
        """Return the request without the prefix, which the path of a target replaces."""
        return replace(request, subpath=request.subpath[len(self.prefix) :])


class Routes:
    """All routes of a forwarder. The longest prefix that matches counts."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_prefix = {route.prefix: route for route in routes}
        self._segments = max((prefix.count("/") for prefix in self._by_prefix), default=0)
        every = (target for route in self._by_prefix.values() for target in route.targets)
        self.targets = tuple(dict.fromkeys(every))
        """The targets of all routes. A target of several routes is one target."""

    @classmethod
    def parse(cls, texts: Iterable[str], *, allow_escape: bool = False) -> Routes:
        """Parse texts of the form `[/PREFIX=]URL`. Raises `Invalid`.

        `allow_escape`: see `Target`.
        """
        found: dict[str, list[Target]] = {}
        for text in texts:
            prefix, url = _split(text)
            target = Target.at(url, allow_escape=allow_escape)
            targets = found.setdefault(prefix, [])
            if target in targets:
                raise Invalid(f"The target {url} is given twice for {prefix or 'all requests'}.")
            targets.append(target)
        return cls(Route(prefix, tuple(targets)) for prefix, targets in found.items())

    def match(self, subpath: str) -> Route | None:
        """Return the route of a percent-encoded subpath, or None if no route matches."""
        parts = subpath.split("/", self._segments + 1)
        for end in range(min(len(parts), self._segments + 1), 0, -1):
            if route := self._by_prefix.get("/".join(parts[:end])):
                return route
        return self._by_prefix.get("")


def _split(text: str) -> tuple[str, str]:
    """Return the prefix and the URL of a route; the prefix can be empty."""
    if not text.startswith("/"):
        if _NO_SLASH.fullmatch(text):
            raise Invalid(f"The prefix of a route begins with a slash: {f'/{text}'!r}.")
        return "", text
    prefix, equals, url = text.partition("=")
    if not equals or not url:
        raise Invalid(f"The route {text!r} has no URL. Write it as in {_EXAMPLE}.")
    if "=" in re.split("[:/?]", url, maxsplit=1)[0]:
        raise Invalid(f"The prefix of the route {text!r} contains =, but a prefix cannot.")
    return _prefix(prefix), url


def _prefix(text: str) -> str:
    """Return the percent-encoded prefix without a final slash. Raises `Invalid`."""
    prefix = _NON_ASCII.sub(lambda found: quote(found[0], errors="surrogateescape"), text)
    if "?" in prefix or "#" in prefix:
        problem = "contains a query or a fragment. Requests are routed by their path only"
    elif "//" in prefix:
        problem = "contains two slashes in a row"
    elif not _SENDABLE.fullmatch(prefix):
        problem = "contains a character that a URL cannot contain"
    elif {".", ".."}.intersection(prefix.split("/")):
        problem = "contains . or .. as a segment"
    else:
        return prefix.removesuffix("/")
    raise Invalid(f"The prefix {text!r} of a route {problem}.")
