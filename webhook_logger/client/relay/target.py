"""A target for forwarded requests: a base URL to which their subpath and query are added."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, unquote_to_bytes

from webhook_logger.client.address import absolute
from webhook_logger.client.errors import Invalid
from webhook_logger.client.http import parse
from webhook_logger.client.relay.relayed import Relayed


@dataclass(frozen=True, slots=True)
class Target:
    """The parsed URL of a target."""

    url: str = field(compare=False)
    """The URL as the user wrote it: `3000` and `localhost:3000` are the same target."""
    base: str
    """Scheme, host and port."""
    path: str
    query: str
    allow_escape: bool = False
    """Whether a subpath such as `/../admin` may lead out of the target's path."""

    @classmethod
    def at(cls, url: str, *, allow_escape: bool = False) -> Target:
        """Parse a URL. Raises `Invalid`."""
        full = absolute(url)
        if "#" in full or "@" in full.partition("://")[2].partition("/")[0]:
            shown = url.partition("#")[0]  # the fragment can contain a view key
            raise Invalid(f"The URL of a target cannot have a fragment or a user name: {shown!r}.")
        scheme, _, rest = full.partition("://")
        end = min((at for at in map(rest.find, "/?") if at >= 0), default=len(rest))
        path, _, query = rest[end:].partition("?")
        return cls(url, f"{scheme}://{rest[:end]}", path, query, allow_escape)

    def target_of(self, request: Relayed) -> str:
        """Return the request target for `request`: this target's path and query before its own.

        The subpath is sent unchanged. Raises `Invalid` if it would lead out of the target's path.
        """
        path = self.path.removesuffix("/") if request.subpath else self.path
        if not self.allow_escape:
            _check_subpath(path, request.subpath)
        query = "&".join(filter(None, (self.query, request.query)))
        return (path + request.subpath or "/") + (query and f"?{query}")


# Includes overlong UTF-8 and `%u002e`, which some servers accept. Bytes are read as Latin-1.
_SLASH = re.compile(
    "[/\\\\]|\xc0\xaf|\xc1\x9c|(?:\xe0|\xf0\x80)(?:\x80\xaf|\x81\x9c)|%u00(?:2f|5c)", re.IGNORECASE
)
_DOT = re.compile("\xc0\xae|(?:\xe0|\xf0\x80)\x80\xae|%u002e", re.IGNORECASE)
_PARAMETERS = re.compile(r"[;?#\x00].*", re.DOTALL)
_WHITE_SPACE = "".join(map(chr, range(1, 33)))
_MAX_DECODED = 3
"""Some servers decode twice."""


def _check_subpath(path: str, subpath: str) -> None:
    """Raise `Invalid` if any server could read `subpath` as a path outside `path`.

    Servers differ: some merge slashes, split at a backslash or at `%2F`, drop everything after a
    semicolon, a `?`, `#` or NUL, or drop white space at the end of a name. For each segment, this
    assumes the interpretation that leads furthest up.
    """
    if subpath and not subpath.startswith("/"):
        raise _escape("extends the last segment of the target's path")
    if not path and any(_SLASH.match(reading) for reading in _readings(subpath[1:])):
        raise _escape("could name another host")
    depth = 0
    for segment in subpath.split("/"):
        readings = [list(map(_name, _SLASH.split(reading))) for reading in _readings(segment)]
        if up := max(names.count("..") for names in readings):
            depth -= up
        elif all(any(name not in ("", ".") for name in names) for names in readings):
            depth += 1
        if depth < 0:
            raise _escape("leads out of the target's path")


def _readings(text: str) -> list[str]:
    """Return the text, and the text percent-decoded once and several times."""
    readings = [text]
    while len(readings) <= _MAX_DECODED and "%" in readings[-1]:
        escaped = readings[-1].encode("latin-1", "replace")
        readings.append(unquote_to_bytes(escaped).decode("latin-1"))
    return readings


def _escape(what: str) -> Invalid:
    return Invalid(f"Not sent: its path {what}. Use --allow-escape to send it.")


def _name(segment: str) -> str:
    """Return the name in a segment: normalise dots, and remove the suffixes that servers drop."""
    return _DOT.sub(".", _PARAMETERS.sub("", segment)).strip(_WHITE_SPACE)


def is_callback(target: Target, callback: str, uuid: str) -> bool:
    """Return whether the target is the callback or its page, which would forward requests forever.

    `callback` is the URL of the callback. Other names and other ports of the same machine count as
    the same server, such as a load balancer and its workers, or http and https.
    """
    if uuid not in unquote(target.path).lower().split("/"):
        return False
    here, there = parse(callback), parse(target.base)
    return _same_machine(here.host.decode(), there.host.decode())


def _same_machine(one: str, other: str) -> bool:
    return one == other or bool(_addresses(one) & _addresses(other))


def _addresses(host: str) -> set[str]:
    """Return the addresses of a host; all loopback addresses become `loopback`."""
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
