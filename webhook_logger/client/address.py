"""Parse the URLs that people type: a server's base URL, a callback URL or the URL of its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote

from webhook_logger.callbacks import UUID_PATTERN, is_private, may_watch, new_key, uuid_of_key
from webhook_logger.client.credentials import merged, server_headers, split_user
from webhook_logger.client.errors import Invalid
from webhook_logger.client.http import parse
from webhook_logger.headers import HeaderLines

_CALLBACK = re.compile(
    rf"(?P<base>[^/]*//[^/?#]+.*?)(?:/view)?/(?P<uuid>{UUID_PATTERN})(?:[/?#].*)?"
)
_AFTER_KEY = re.compile("[^A-Za-z0-9_-].*", re.DOTALL)
_NO_KEY = (
    "This callback is private, and the URL does not contain its view key. Use the link for people "
    "who may watch: it ends with #key= and the view key. The URL for senders is not enough."
)
_WRONG_KEY = (
    "The view key in this link does not belong to the callback. Copy the complete link for people "
    "who may watch again."
)
_NO_UUID = (
    "This link has a view key, but no UUID. Copy the complete link for people who may watch again."
)
_WITH_AT = (
    "The URL contains an @. In a user name or a password, write special characters as "
    "percent-escapes: %40 for @, %2F for /, %23 for #, %3A for a colon in the user name. The URL "
    "must begin with http:// or https://."
)
_TWO_UUIDS = (
    "The path of this server contains a UUID, perhaps with percent-escapes. Requests to it could "
    "reach another callback, together with your headers for the server."
)
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
    if not url.strip():
        raise Invalid("The URL is empty.")
    if match := _PORT.fullmatch(url):
        url = f"localhost:{match['port']}{match['rest'] or ''}"
    name = url.partition("#")[0]
    if not re.search("[/.:]", name) and _looks_like_a_uuid(name):
        raise Invalid(f"{name} is only a UUID. Use the complete URL of the callback.")
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
    """The URLs of one callback, and the header lines for its server."""

    base: str
    """Such as `https://hooks.example.com` or `https://example.com/hooks`, without a final slash."""
    uuid: str
    """In lower case."""
    key: str = field(default="", repr=False)
    """The view key of a private callback; empty for an open one."""
    headers: HeaderLines = field(default=(), repr=False)
    """Header lines for the server, such as the credentials for a proxy in front of it."""

    @classmethod
    def of(cls, url: str, headers: Mapping[str, str] | None = None) -> Address:
        """Parse the URL of a callback or its page; a server's base URL gets a new private callback.

        Raises `Invalid` if it is not a URL, if the UUID in it is mistyped, or if the callback is
        private and the URL does not contain its view key. Other characters around a link that was
        copied from a text are ignored, such as `<`, `>` and a final dot. A user and a password in
        the URL become a header line for the server.
        """
        url, user = _cleaned(url)
        lines = merged(user, server_headers(headers or {}))
        url = _without_password(url)
        if match := _CALLBACK.fullmatch(url):
            uuid = match["uuid"].lower()
            return cls(_server(match["base"]), uuid, _key_of(url, uuid), lines)
        _reject_mistyped_uuid(url)
        if "#key=" in url:
            raise Invalid(_NO_UUID)
        key = new_key()
        return cls(_server(re.split("[?#]", url, maxsplit=1)[0]), uuid_of_key(key), key, lines)

    @staticmethod
    def names_callback(url: str) -> bool:
        """Return whether this is the URL of a callback or its page, not of a server."""
        return _CALLBACK.fullmatch(_without_password(_cleaned(url)[0])) is not None

    @property
    def url(self) -> str:
        """The callback URL, for senders."""
        return f"{self.base}/{self.uuid}"

    @property
    def view_url(self) -> str:
        """The page, for people who may watch: with the view key of a private callback."""
        page = f"{self.base}/view/{self.uuid}"
        return f"{page}#key={self.key}" if self.key else page

    @property
    def api_url(self) -> str:
        """The base of the API paths `reply` and `requests/<id>/response`."""
        return f"{self.base}/api/callbacks/{self.uuid}"

    @property
    def identity(self) -> dict[str, str]:
        """The fields of `auth` and `join` that name the callback and give access to it."""
        return {"uuid": self.uuid, "key": self.key} if self.key else {"uuid": self.uuid}

    @property
    def socketio_path(self) -> str:
        """The path of the Socket.IO endpoint, without the host."""
        prefix = self.base.partition("://")[2].partition("/")[2]
        return f"{prefix}/socket.io".lstrip("/")


def _cleaned(url: str) -> tuple[str, HeaderLines]:
    """Return the URL without the characters around it, and its user as a header line."""
    # Some programs escape the hash of a link.
    return split_user(url.strip().strip("<>\"'").replace("%23key=", "#key="))


def _without_password(url: str) -> str:
    """Return the complete URL. Raises `Invalid`, without the URL if it may contain a password."""
    before = re.split(UUID_PATTERN, url, maxsplit=1)[0]
    if "@" in before:
        raise Invalid(_WITH_AT)
    return absolute(url)


def _server(base: str) -> str:
    """Return the base URL without a final slash. Raises `Invalid` if it is that of a callback."""
    if re.search(UUID_PATTERN, unquote(base)):
        raise Invalid(_TWO_UUIDS)
    return base.rstrip("/")


def _key_of(url: str, uuid: str) -> str:
    """Return the view key in the fragment of a private callback's link; empty for an open one."""
    if not is_private(uuid):
        return ""
    [text, *_] = parse_qs(url.partition("#")[2]).get("key", [""])
    key = _AFTER_KEY.sub("", text.strip())
    if not key:
        raise Invalid(_NO_KEY, "private")
    if not may_watch(uuid, key):
        raise Invalid(_WRONG_KEY, "private")
    return key


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
