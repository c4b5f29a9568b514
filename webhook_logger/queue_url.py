"""The URL of the queue, as a value: one Redis, or the Sentinels or the cluster that it belongs to.

Errors do not quote the URL, because any part of a mistyped URL can be part of its password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import parse_qs, unquote, urlsplit

from webhook_logger.settings import is_address, is_host

# RFC 3986, appendix B. `urlsplit` alone does not accept several hosts.
_PARTS = re.compile(r"([a-z+]+)://(?:([^/?]*)@)?([^/?@]*)([^?]*)(?:\?(.*))?")
# The characters that Sentinel allows in the name of a service.
_SERVICE = re.compile(r"/([A-Za-z0-9._-]+)(?:/([0-9]{1,6}))?/?")
_HOST = re.compile(r"(?:\[[^][]*\]|[^][:]*)(?::[0-9]*)?")
_FORM = (
    "must look like redis://:password@host:6379/0 (or rediss://…, unix:///path, "
    "redis+sentinel://host:26379,host:26379/service or redis+cluster://host:6379,host:6379, the "
    "last two also with rediss); without a password each host needs its port, and characters such "
    "as / ? # @ % in a password must be percent-escapes"
)


class Kind(Enum):
    """The set-ups of Redis."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


Host = tuple[str, int]

_SCHEMES = {
    "redis": (Kind.SINGLE, 6379),
    "redis+sentinel": (Kind.SENTINEL, 26379),
    "redis+cluster": (Kind.CLUSTER, 6379),
}


@dataclass(frozen=True)
class QueueUrl:
    """The parts of the URL."""

    shown: str
    """The URL without user, password and options, so that logs may show it."""
    kind: Kind
    hosts: tuple[Host, ...]
    """The Redis, Sentinels or nodes; empty for a Unix socket."""
    path: str = ""
    """The path of a Unix socket, or empty."""
    has_tls: bool = False
    service: str = ""
    """The name of the master on the Sentinels, or empty."""
    db: int = 0
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str) -> QueueUrl:
        """Return the parts of a URL. Raises `ValueError`; its message completes a sentence."""
        parts = _PARTS.fullmatch(text)
        if not parts or re.search(r"[\s#]", text):
            raise ValueError(_FORM)
        scheme, user, netloc, path, query = parts.groups("")
        has_user = parts[2] is not None
        username, password, db = _options(query)
        if user:
            name, _, word = user.partition(":")
            username, password = unquote(name) or username, unquote(word) or password
        shown = f"{scheme}://{netloc}{path}"
        if scheme == "unix":
            # A host, or "@" in the path, indicates a password that was not escaped.
            if netloc or not path or "@" in path:
                raise ValueError(_FORM)
            place = (shown, Kind.SINGLE, (), unquote(path), False, "")
            return cls(*place, db or 0, username, password)
        has_tls = scheme.startswith("rediss")
        kind, port = _SCHEMES.get(scheme.replace("rediss", "redis", 1), (None, 0))
        if kind is None:
            raise ValueError(_FORM)
        hosts = tuple(_host(each, port, has_user) for each in netloc.split(","))
        service, number = _path(path, kind)
        if len(hosts) > 1 and kind is Kind.SINGLE:
            raise ValueError(_FORM)
        if kind is Kind.CLUSTER and (db or number):
            raise ValueError("must not have a database, because a Redis Cluster has only one")
        db = number if db is None else db
        return cls(shown, kind, hosts, "", has_tls, service, db, username, password)


def _options(query: str) -> tuple[str | None, str | None, int | None]:
    """Return user, password and database from the options of the URL."""
    options = parse_qs(query, keep_blank_values=True)
    # Other options would change the connection to the queue, such as its timeouts.
    if set(options) - {"db", "username", "password"}:
        raise ValueError("has an option other than db, username and password")
    username, password, db = (options.get(name, [""])[0] for name in ("username", "password", "db"))
    if "db" in options and not re.fullmatch("[0-9]{1,6}", db):
        raise ValueError("has an option db that is not a number")
    return username or None, password or None, int(db) if db else None


def _path(path: str, kind: Kind) -> tuple[str, int]:
    """Return the name of the service, which only Sentinels have, and the database."""
    if kind is Kind.SENTINEL:
        found = _SERVICE.fullmatch(path)
        if not found:
            raise ValueError("must end with the name of the service that the Sentinels watch")
        return found[1], int(found[2] or 0)
    if not re.fullmatch(r"/?[0-9]{0,6}", path):
        raise ValueError(_FORM)
    return "", int(path.lstrip("/") or 0)


def _host(text: str, port: int, has_user: bool) -> Host:
    """Return a valid host that cannot be a password. Logs show hosts, and a URL such as
    `redis://word` may contain only a password.
    """
    if not _HOST.fullmatch(text):  # `urlsplit` ignores other text before an IPv6 address
        raise ValueError(_FORM)
    try:
        url = urlsplit(f"//{text}")
        host, own_port = url.hostname or "", url.port
    except ValueError:
        raise ValueError(_FORM) from None
    is_clear = has_user or own_port is not None or is_address(host) or host == "localhost"
    if own_port == 0 or not is_clear or not is_host(host):
        raise ValueError(_FORM)
    return host, own_port or port


def redis_url(value: str) -> str | None:
    """Return the URL of the queue, or None for an empty value, which switches the queue off."""
    url = value.strip()
    if not url:
        return None
    QueueUrl.parse(url)
    return url


def needs_names(value: str) -> bool:
    """Return whether the connections to a queue may look up host names.

    Sentinels and nodes of a cluster can announce others by names.
    """
    try:
        url = redis_url(value)
        queue = QueueUrl.parse(url) if url else None
    except ValueError:
        return True  # the settings report it
    if queue is None:
        return False
    is_single = queue.kind is Kind.SINGLE
    return not (is_single and all(is_address(host) for host, _ in queue.hosts))
