"""Where requests are sent again: a URL that their path and query are put below."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote

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


# Escaped once or several times: some servers decode twice.
_PERCENT = re.compile(r"%(?:25)+")
_SLASH = re.compile(r"[/\\]|%2f|%5c|%c0%af", re.IGNORECASE)
# Also in overlong UTF-8, which some servers accept.
_DOT = re.compile(r"%2e|%c0%ae", re.IGNORECASE)
_PARAMETERS = re.compile(r"(?:;|%3b|%3f|%23|%00).*", re.IGNORECASE | re.DOTALL)


def _keep_below(above: str, below: str) -> None:
    """Raise `Invalid` where some server could take `below` for a path that is not below `above`.

    Servers differ: some merge slashes, some split at a backslash or at `%2F`, some drop what
    follows a semicolon or an escaped `?`, `#` or NUL. Each segment counts as the reading
    that leads furthest up.
    """
    plain = _PERCENT.sub("%", below)
    if plain and not plain.startswith("/"):
        raise _escape("continues the last name of the target's path")
    if not above and _SLASH.match(plain, 1):
        raise _escape("begins as the name of another host does")
    depth = 0
    for segment in plain.split("/"):
        names = [_name(each) for each in _SLASH.split(segment)]
        if ".." in names:
            depth -= names.count("..")
        elif any(name not in ("", ".") for name in names):
            depth += 1
        if depth < 0:
            raise _escape("leads out of the target's path")


def _escape(what: str) -> Invalid:
    return Invalid(f"Not sent: its path {what}; --allow-escape sends it.")


def _name(segment: str) -> str:
    """The name of a segment, without its escapes of dots and what follows a semicolon."""
    return _DOT.sub(".", _PARAMETERS.sub("", segment))


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
