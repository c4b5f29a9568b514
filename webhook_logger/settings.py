"""Parse the values of settings, which are texts from the environment.

Each parser raises `ValueError` for an invalid value. Its message completes a sentence that starts
with the name of the setting, such as "must not be empty".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

# A host source of CSP Level 3, section 2.3.1, without a path. It cannot end the directive.
_SOURCE = re.compile(r"https?://(?:\*\.)?[A-Za-z0-9.-]+(?::(?:[0-9]{1,5}|\*))?")


def text(value: str) -> str:
    """Return the text without surrounding white space. It must not be empty."""
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def whole_number(minimum: int, maximum: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from `minimum` to `maximum`, both included."""

    def parse(value: str) -> int:
        # int() alone also accepts "1_000", "+5" and digits that are not ASCII.
        if not re.fullmatch(r"[0-9]{1,18}", value) or not minimum <= int(value) <= maximum:
            raise ValueError(f"must be a whole number from {minimum} to {maximum}")
        return int(value)

    return parse


AUTO = 0
"""The value of `workers` for one worker per core."""


def workers(value: str) -> int:
    """Return the number of workers, or `AUTO`."""
    if value.strip().lower() == "auto":
        return AUTO
    try:
        return whole_number(1, 256)(value)
    except ValueError as error:
        raise ValueError(f"{error}, or auto") from None


def seconds(minimum: float, maximum: float) -> Callable[[str], float]:
    """Return a parser of seconds from `minimum` to `maximum`, both included. Decimal fractions are
    allowed.
    """

    def parse(value: str) -> float:
        if (
            not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value)
            or not minimum <= float(value) <= maximum
        ):
            raise ValueError(f"must be a number of seconds from {minimum:g} to {maximum:g}")
        return float(value)

    return parse


def optional(value: str) -> str | None:
    """Return the text, or None if it is empty."""
    return value or None


class Secret:
    """A text that is never printed by accident: only `reveal` returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return "<secret>"


def content(path: str) -> str:
    """Return the content of the file of a secret, without the newline at its end.

    Errors quote neither, because the path can be a secret in the wrong setting.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"must name a file that can be read ({error.strerror})") from None
    except ValueError:
        raise ValueError("must name a text file in UTF-8") from None
    if not text.strip():
        raise ValueError("must name a file that is not empty")
    return text.removesuffix("\n").removesuffix("\r")


def secret(parse: Callable[[str], str | None]) -> Callable[[str], Secret | None]:
    """Return a parser that wraps the result of `parse` in a `Secret`.

    The errors of `parse` must not contain any part of the value.
    """

    def parse_secret(value: str) -> Secret | None:
        parsed = parse(value)
        return None if parsed is None else Secret(parsed)

    return parse_secret


def token(value: str) -> str | None:
    """Return a token for `Authorization: Bearer`, or None for an empty value.

    Errors do not quote the value.
    """
    if not value.strip():
        return None
    if not re.fullmatch(r"[!-~]{16,200}", value.strip()):
        raise ValueError("must be 16 to 200 printable ASCII characters without spaces")
    return value.strip()


# RFC 1123, section 2.1, and the underscore, which container tools allow.
_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_BASE_URL = re.compile(r"https?://[^\s?#@]+", re.IGNORECASE)


def is_host(text: str) -> bool:
    """Return whether the text is the name or the address of a host."""
    return bool(_HOST_NAME.fullmatch(text)) or is_address(text)


def is_address(text: str) -> bool:
    """Return whether the text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def key_prefix(value: str) -> str:
    """Return the beginning of names in Redis. Braces would be a cluster's hash tag, and other
    characters have a meaning in the patterns of an ACL.
    """
    if not re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", value.strip()):
        raise ValueError("must have 1 to 64 of the characters A-Z, a-z, 0-9 and . _ : -")
    return value.strip()


def origins(value: str) -> tuple[str, ...]:
    """Return the comma-separated origins; each is an origin or `*`."""
    origins = tuple(origin.strip() for origin in value.split(",") if origin.strip())
    if not origins:
        raise ValueError("must be * or comma-separated origins such as https://tools.example.com")
    for origin in origins:
        if origin != "*" and not re.fullmatch(r"https?://[^\s/?#@*]+", origin):
            raise ValueError(
                f"has {origin!r}, which is not an origin such as https://tools.example.com"
            )
    return origins


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a parser of these words, which ignores upper and lower case."""

    def parse(value: str) -> str:
        for choice in choices:
            if value.strip().lower() == choice.lower():
                return choice
        raise ValueError(f"must be one of {', '.join(choices)}")

    return parse


def frame_ancestors(value: str) -> tuple[str, ...]:
    """Return the sources of CSP's `frame-ancestors`, comma-separated and unquoted: `none` alone,
    or `self` and origins.
    """
    sources = tuple(source.strip() for source in value.split(",") if source.strip())
    for source in sources or ("",):
        if source != "self" and sources != ("none",) and not _SOURCE.fullmatch(source):
            raise ValueError(
                "must be none, or comma-separated origins such as https://tools.example.com, which "
                "may include self"
            )
    return sources


def base_url(value: str) -> str:
    """Return the URL of a host, with at most a path, in lower case and without a slash at its end.

    An empty value stays empty.
    """
    url = value.strip().rstrip("/")
    if not url:
        return ""
    if not _is_base_url(url):
        raise ValueError("must be a URL such as https://hooks.example.com")
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def _is_base_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        prefix(parts.path)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return is_host(host) and port != 0 and bool(_BASE_URL.fullmatch(url))


def prefix(value: str) -> str:
    """Return a path such as `/hooks`, without a slash at its end. An empty path means no prefix."""
    path = value.strip().rstrip("/")
    # Browsers remove "." and ".." from a path before they send a request.
    if path and not re.fullmatch(r"(?:/(?!\.\.?(?:/|\Z))[A-Za-z0-9._~-]+)+", path):
        raise ValueError("must be a path such as /hooks that has only letters, digits and . _ ~ -")
    return path
