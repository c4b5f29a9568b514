"""Addresses as people write them; a server's base URL, a callback URL or a page's URL, and what
belongs to it.
"""

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
_RAW = re.compile(r"[^\x00-\x7f]+")
_HYPHENS = (8, 13, 18, 23)
_PAGE = "view"


def absolute(url: str) -> str:
    """Return the whole URL: `3000`, `:3000/x` and `localhost:3000/x` are on this machine, by http.
    Letters behind its host that are not ASCII are escaped.

    Raises `Invalid` for what is no URL at all.
    """
    if match := _PORT.fullmatch(url):
        url = f"localhost:{match['port']}{match['rest'] or ''}"
    if not re.search("[/.:]", url) and _looks_like_a_uuid(url):
        raise Invalid(f"{url} is a UUID alone: give the whole URL of the callback.")
    whole = url if _SCHEME.match(url) else f"http://{url}"
    if match := _PARTS.match(whole):
        whole = match[1] + match[2] + _RAW.sub(_escaped, match[3])
    parse(whole)
    return whole


def _escaped(letters: re.Match[str]) -> str:
    """As UTF-8, or as the bytes that the command line had."""
    return quote(letters[0], errors="surrogateescape")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a callback is."""

    base: str
    """`https://hooks.example.com`, or with a prefix behind it; no slash at its end."""
    uuid: str
    """Lower-case."""

    @classmethod
    def of(cls, url: str) -> Address:
        """Of a callback's or a page's URL; of a server's base URL, a new callback there.

        Raises `Invalid`, also for a callback whose UUID is mistyped.
        """
        url = absolute(url)
        if match := _CALLBACK.fullmatch(url):
            return cls(match["base"].rstrip("/"), match["uuid"].lower())
        _no_mistyped_uuid(url)
        return cls(re.split("[?#]", url, maxsplit=1)[0].rstrip("/"), str(uuid4()))

    @property
    def url(self) -> str:
        """Where senders send to."""
        return f"{self.base}/{self.uuid}"

    @property
    def view_url(self) -> str:
        """The page that shows the same requests."""
        return f"{self.base}/view/{self.uuid}"

    @property
    def api_url(self) -> str:
        """Below it are `reply` and `requests/<id>/response`."""
        return f"{self.base}/api/callbacks/{self.uuid}"

    @property
    def socketio_path(self) -> str:
        """Where Socket.IO is, without the host."""
        prefix = self.base.partition("://")[2].partition("/")[2]
        return f"{prefix}/socket.io".lstrip("/")


def _no_mistyped_uuid(url: str) -> None:
    """Raise `Invalid` where a part of the path was to be a UUID."""
    path = re.split(r"[?#]", url.partition("://")[2], maxsplit=1)[0].split("/")[1:]
    for above, name in zip(["", *path], path, strict=False):
        if name and (above == _PAGE or _looks_like_a_uuid(name)):
            raise Invalid(f"The UUID {name!r} is mistyped: {_what_is_wrong(name)}.")


def _looks_like_a_uuid(name: str) -> bool:
    """Whether its hyphens stand as in one, or it is about as long and mostly hexadecimal digits."""
    if len(name) == 36 and all(name[at] == "-" for at in _HYPHENS):
        return True
    letters = name.replace("-", "")
    digits = sum(letter in "0123456789abcdefABCDEF" for letter in letters)
    return 24 <= len(name) <= 48 and 24 <= digits >= 0.8 * len(letters)


def _what_is_wrong(name: str) -> str:
    wrong = next((each for each in name if each not in "0123456789abcdefABCDEF-"), None)
    if wrong:
        return f"{wrong!r} is not a hexadecimal digit"
    if len(name) != 36:
        return f"it has {len(name)} characters, and a UUID has 36"
    return f"its hyphens do not stand at {', '.join(str(at + 1) for at in _HYPHENS)}"
