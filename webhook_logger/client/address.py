"""A server's base URL, a callback URL or a page's URL, and what belongs to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import uuid4

from webhook_logger.client.http import parse

_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_CALLBACK = re.compile(rf"(?P<base>.*?)(?:/view)?/(?P<uuid>{_UUID})(?:[/?#].*)?")
_BASE = re.compile(r"(?P<base>[^?#]*?)/*(?:[?#].*)?")


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

        Raises `Invalid`.
        """
        parse(url)
        if match := _CALLBACK.fullmatch(url):
            return cls(match["base"], match["uuid"].lower())
        match = _BASE.fullmatch(url)
        return cls(match["base"] if match else url, str(uuid4()))

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
        """Below it are `reply` and `answers`."""
        return f"{self.base}/api/callbacks/{self.uuid}"

    @property
    def socketio_path(self) -> str:
        """Where Socket.IO is, without the host."""
        prefix = self.base.partition("://")[2].partition("/")[2]
        return f"{prefix}/socket.io".lstrip("/")
