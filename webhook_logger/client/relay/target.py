"""Where requests are sent again: a URL that their path and query are put below."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, unquote_to_bytes

from webhook_logger.client.address import absolute
from webhook_logger.client.errors import Invalid
from webhook_logger.client.http import parse
from webhook_logger.client.relay.relayed import Relayed


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in its parts."""

    url: str
    """As it was given."""
    base: str
    """Scheme, host and port."""
    path: str
    query: str
    allow_escape: bool = False
    """Whether a request may leave the target's path, as `/../admin` does."""

    @classmethod
    def at(cls, url: str, *, allow_escape: bool = False) -> Target:
        """Raises `Invalid` with a sentence."""
        full = absolute(url)
        if "#" in full or "@" in full.partition("://")[2].partition("/")[0]:
            raise Invalid(f"A target has neither a fragment nor a user: {url!r}")
        scheme, _, rest = full.partition("://")
        end = min((at for at in map(rest.find, "/?") if at >= 0), default=len(rest))
        path, _, query = rest[end:].partition("?")
        return cls(url, f"{scheme}://{rest[:end]}", path, query, allow_escape)

    def target_of(self, request: Relayed) -> str:
        """Return the request target for `request`: its path below this one's, this one's query
        first. The path is sent unchanged. Raises `Invalid` where it would leave this one's.
        """
        above = self.path.removesuffix("/") if request.below else self.path
        if not self.allow_escape:
            _keep_below(above, request.below)
        query = "&".join(filter(None, (self.query, request.query)))
        return (above + request.below or "/") + (query and f"?{query}")


# Also in overlong UTF-8 and as `%u002e`, which some servers accept; bytes as Latin-1.
_SLASH = re.compile(
    "[/\\\\]|\xc0\xaf|\xc1\x9c|(?:\xe0|\xf0\x80)(?:\x80\xaf|\x81\x9c)|%u00(?:2f|5c)", re.IGNORECASE
)
_DOT = re.compile("\xc0\xae|(?:\xe0|\xf0\x80)\x80\xae|%u002e", re.IGNORECASE)
_PARAMETERS = re.compile(r"[;?#\x00].*", re.DOTALL)
_BLANKS = "".join(map(chr, range(1, 33)))
_MAX_DECODED = 3
"""Some servers decode twice."""


def _keep_below(above: str, below: str) -> None:
    """Raise `Invalid` where some server could take `below` for a path that is not below `above`.

    Servers differ: some merge slashes, some split at a backslash or at `%2F`, some drop what
    follows a semicolon, a `?`, `#` or NUL, or blanks at the end of a name. Each segment counts as
    the reading that leads furthest up.
    """
    if below and not below.startswith("/"):
        raise _escape("continues the last name of the target's path")
    if not above and any(_SLASH.match(reading) for reading in _readings(below[1:])):
        raise _escape("begins as the name of another host does")
    depth = 0
    for segment in below.split("/"):
        readings = [list(map(_name, _SLASH.split(reading))) for reading in _readings(segment)]
        if up := max(names.count("..") for names in readings):
            depth -= up
        elif all(any(name not in ("", ".") for name in names) for names in readings):
            depth += 1
        if depth < 0:
            raise _escape("leads out of the target's path")


def _readings(text: str) -> list[str]:
    """The text, and what it is when its escapes are decoded once and several times."""
    readings = [text]
    while len(readings) <= _MAX_DECODED and "%" in readings[-1]:
        escaped = readings[-1].encode("latin-1", "replace")
        readings.append(unquote_to_bytes(escaped).decode("latin-1"))
    return readings


def _escape(what: str) -> Invalid:
    return Invalid(f"Not sent: its path {what}; --allow-escape sends it.")


def _name(segment: str) -> str:
    """The name of a segment, its dots written plainly, without what some servers drop."""
    return _DOT.sub(".", _PARAMETERS.sub("", segment)).strip(_BLANKS)


def leads_back(target: Target, callback: str, uuid: str) -> bool:
    """Whether the target is the callback itself, or its page: each request would come for ever.

    `callback` is its URL. Other names of the same machine count as the same one, and so do its
    other ports: of a load balancer and its workers, or of http and https.
    """
    if uuid not in unquote(target.path).lower().split("/"):
        return False
    here, there = parse(callback), parse(target.base)
    return _same_machine(here.host.decode(), there.host.decode())


def _same_machine(one: str, other: str) -> bool:
    return one == other or bool(_addresses(one) & _addresses(other))


def _addresses(host: str) -> set[str]:
    """What the name stands for; `loopback` and what means it are one."""
    found = {host}
    with suppress(OSError, UnicodeError):
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    return {"loopback" if _is_loopback(address) else address for address in found}


def _is_loopback(address: str) -> bool:
    with suppress(ValueError):
        ip = ip_address(address.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        return ip.is_loopback or ip.is_unspecified
    return address == "localhost"
