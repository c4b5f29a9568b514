"""How the values of settings are read: from the text in the environment to a value.

Each raises `ValueError` with the rest of a sentence that begins with the name of the setting.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urlsplit

# CSP Level 3, section 2.3.1, without paths; nothing in it can end the directive.
_SOURCE = re.compile(r"https?://(?:\*\.)?[A-Za-z0-9.-]+(?::(?:[0-9]{1,5}|\*))?")


def text(value: str) -> str:
    """Any text but an empty one."""
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A whole number, both ends included."""

    def parse(value: str) -> int:
        # Not int() alone: it takes "1_000", "+5" and other digits than ASCII's.
        if not re.fullmatch(r"[0-9]{1,18}", value) or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return parse


def seconds(least: float, most: float) -> Callable[[str], float]:
    """A number of seconds, both ends included, as a decimal fraction where it is one."""

    def parse(value: str) -> float:
        if (
            not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value)
            or not least <= float(value) <= most
        ):
            raise ValueError(f"must be a number of seconds from {least:g} to {most:g}")
        return float(value)

    return parse


class Secret:
    """A text that nothing shows by accident: only `reveal` returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return "<secret>"


def secret(parse: Callable[[str], str | None]) -> Callable[[str], Secret | None]:
    """What `parse` returns, as a secret. No error of `parse` may have a part of the value."""

    def parse_secret(value: str) -> Secret | None:
        parsed = parse(value)
        return None if parsed is None else Secret(parsed)

    return parse_secret


# RFC 1123, section 2.1, and the underscore that container tools allow.
_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")


def redis_url(value: str) -> str | None:
    """None (no queue) for an empty value, so that a set-up can switch the queue off by name.

    No error quotes the value: each part of a mistyped URL can be a part of its password.
    """
    url = value.strip()
    if not url:
        return None
    if not _names_a_redis(url):
        raise ValueError(
            "must look like redis://:password@host:6379/0 (or rediss://…, or unix://…); without a "
            "password it needs the port, and characters such as / ? # @ % in a password must be "
            "percent-escapes"
        )
    # Other options would change how the queue is spoken to, time-outs included.
    options = parse_qs(urlsplit(url).query, keep_blank_values=True)
    if set(options) - {"db", "username", "password"}:
        raise ValueError("has an option that is not one of db, username, password")
    if not all(re.fullmatch("[0-9]{1,6}", number) for number in options.get("db", [])):
        raise ValueError("has an option db that is not a number")
    return url


def _names_a_redis(value: str) -> bool:
    try:
        url = urlsplit(value)
        if url.port == 0 or url.fragment or re.search(r"\s", value):
            return False
    except ValueError:
        return False
    if value.startswith("unix://"):
        # A host, or "@" in the path, is what an unescaped password leaves there.
        return bool(url.path) and url.netloc[-1:] in ("", "@") and "@" not in url.path
    is_redis = value.startswith(("redis://", "rediss://")) and _names_a_host(url)
    return is_redis and bool(re.fullmatch(r"/?[0-9]{0,6}", url.path))


def _names_a_host(url: SplitResult) -> bool:
    """Whether the host is one, and cannot be a password that stands alone: the log shows hosts."""
    host = url.hostname or ""
    if _is_address(host) or host == "localhost":
        return True
    return bool(_HOST_NAME.fullmatch(host)) and ("@" in url.netloc or url.port is not None)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def origins(value: str) -> tuple[str, ...]:
    """`*`, or origins with commas between."""
    origins = tuple(origin.strip() for origin in value.split(",") if origin.strip())
    if not origins:
        raise ValueError(
            "must be * or origins with commas between, such as https://tools.example.com"
        )
    for origin in origins:
        if origin != "*" and not re.fullmatch(r"https?://[^\s/?#@*]+", origin):
            raise ValueError(
                f"has {origin!r}, which is not an origin such as https://tools.example.com"
            )
    return origins


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words, in any case."""

    def parse(value: str) -> str:
        for choice in choices:
            if value.strip().lower() == choice.lower():
                return choice
        raise ValueError(f"must be one of {', '.join(choices)}")

    return parse


def frame_ancestors(value: str) -> tuple[str, ...]:
    """`none`; or `self` and origins, with commas between, as Content-Security-Policy knows them."""
    sources = tuple(source.strip() for source in value.split(",") if source.strip())
    for source in sources or ("",):
        if source != "self" and sources != ("none",) and not _SOURCE.fullmatch(source):
            raise ValueError(
                "must be none, or self and origins with commas between, such as "
                "https://tools.example.com"
            )
    return sources


def prefix(value: str) -> str:
    """A path such as `/hooks`, without the slash at its end; empty for none."""
    path = value.strip().rstrip("/")
    # Browsers take "." and ".." out of a path before they ask for it.
    if path and not re.fullmatch(r"(?:/(?!\.\.?(?:/|\Z))[A-Za-z0-9._~-]+)+", path):
        raise ValueError("must be a path such as /hooks, of letters, digits, and . _ ~ -")
    return path
