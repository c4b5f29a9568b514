"""Parse the URLs that people type: a server's base URL, a callback URL or the URL of its page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote
from uuid import uuid4

from webhook_logger.callbacks import UUID_PATTERN
from webhook_logger.client.errors import Invalid
from webhook_logger.client.http import parse

_CALLBACK = re.compile(rf"(?P<base>.*?)(?:/view)?/(?P<uuid>{UUID_PATTERN})(?:[/?#].*)?")
_PORT = re.compile(r":?(?P<port>[0-9]{1,5})(?P<rest>[/?#].*)?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://|https?:", re.IGNORECASE)
_PARTS = re.compile(r"([a-z]+://)([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_HYPHENS = (8, 13, 18, 23)
_PAGE = "view"


def absolute(url: str) -> str:
    """Return a complete URL: `3000`, `:3000/x` and `localhost:3000/x` become `http://localhost:3000…`.

    Non-ASCII characters after the host are percent-encoded. Raises `Invalid` if it is not a URL.
    """
    if match := _PORT.fullmatch(url):
        url = f"localhost:{match['port']}{match['rest'] or ''}"
    if not re.search("[/.:]", url) and _looks_like_a_uuid(url):
        raise Invalid(f"{url} is only a UUID. Use the complete URL of the callback.")
    whole = url if _SCHEME.match(url) else f"http://{url}"
    if match := _PARTS.match(whole):
        whole = match[1] + match[2] + _NON_ASCII.sub(_percent_encoded, match[3])
    parse(whole)
    return whole


def _percent_encoded(found: re.Match[str]) -> str:
    """Percent-encode UTF-8, or the raw bytes of a command-line argument."""
    return quote(found[0], errors="surrogateescape")


@dataclass(frozen=True, slots=True)
class Address:
    """The URLs of one callback."""

    base: str
    """Such as `https://hooks.example.com` or `https://example.com/hooks`, without a final slash."""
    uuid: str
    """In lower case."""

    @classmethod
    def of(cls, url: str) -> Address:
        """Parse the URL of a callback or its page; a server's base URL gets a new callback.

        Raises `Invalid` if it is not a URL, or if the UUID in it is mistyped.
        """
        url = absolute(url)
        if match := _CALLBACK.fullmatch(url):
            return cls(match["base"].rstrip("/"), match["uuid"].lower())
        _reject_mistyped_uuid(url)
        return cls(re.split("[?#]", url, maxsplit=1)[0].rstrip("/"), str(uuid4()))

    @property
    def url(self) -> str:
        """The callback URL, for senders."""
        return f"{self.base}/{self.uuid}"

    @property
    def view_url(self) -> str:
        """The page that shows the same requests."""
        return f"{self.base}/view/{self.uuid}"

    @property
    def api_url(self) -> str:
        """The base of the API paths `reply` and `requests/<id>/response`."""
        return f"{self.base}/api/callbacks/{self.uuid}"

    @property
    def socketio_path(self) -> str:
        """The path of the Socket.IO endpoint, without the host."""
        prefix = self.base.partition("://")[2].partition("/")[2]
        return f"{prefix}/socket.io".lstrip("/")


def _reject_mistyped_uuid(url: str) -> None:
    """Raise `Invalid` if a path segment looks like a mistyped UUID."""
    path = re.split(r"[?#]", url.partition("://")[2], maxsplit=1)[0].split("/")[1:]
    for above, name in zip(["", *path], path, strict=False):
        if name and (above == _PAGE or _looks_like_a_uuid(name)):
            raise Invalid(f"The UUID {name!r} is mistyped: {_uuid_error(name)}.")


def _looks_like_a_uuid(name: str) -> bool:
    """Return whether the hyphens are placed as in a UUID, or most of it is hexadecimal digits."""
    if len(name) == 36 and all(name[at] == "-" for at in _HYPHENS):
        return True
    letters = name.replace("-", "")
    digits = sum(letter in "0123456789abcdefABCDEF" for letter in letters)
    return 24 <= len(name) <= 48 and 24 <= digits >= 0.8 * len(letters)


def _uuid_error(name: str) -> str:
    wrong = next((each for each in name if each not in "0123456789abcdefABCDEF-"), None)
    if wrong:
        return f"{wrong!r} is not a hexadecimal digit"
    if len(name) != 36:
        return f"it has {len(name)} characters, and a UUID has 36"
    return f"its hyphens are not at positions {', '.join(str(at + 1) for at in _HYPHENS)}"
