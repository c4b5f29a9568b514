"""A viewer that reads the events of a callback over HTTP, strictly line by line."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any, NamedTuple

from tests.support.contract import http, stream
from tests.support.sender import reset
from tests.support.viewers import connect

Wire = dict[str, Any]

_RETRY = re.compile(rb"retry: [0-9]+\n")
_LINES = re.compile(rb"event: ([a-z]+)\ndata: (\{.*\})\n(?:id: ([!-~]+)\n)?")
_OTHER_LINE_ENDS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Characters at which some programs end a line."""


class Event(NamedTuple):
    name: str
    payload: Wire
    id: str = ""
    """The event's own id, or an empty string."""


class EventViewer:
    """Checks the response against docs/openapi.yaml, and each event against docs/asyncapi.yaml."""

    def __init__(
        self,
        url: str,
        uuid: str,
        *lines: str,
        source: str = "127.0.0.1",
        version: str = "1.1",
        prefix: str = "",
        sock: socket.socket | None = None,
    ) -> None:
        """`lines` are further header lines of the request."""
        self.socket = sock or connect(url, source)
        path = f"{prefix}/api/callbacks/{uuid}/events"
        host = re.sub("^https?://", "", url)
        head = [f"GET {path} HTTP/{version}", f"Host: {host}", *lines, "", ""]
        request = "\r\n".join(head).encode()
        self.socket.sendall(request)
        self.response = HTTPResponse(self.socket)
        self.response.begin()
        self.status = self.response.status
        self.headers = {name.lower(): value for name, value in self.response.getheaders()}
        self.last_id = ""
        body = b"" if self.status == 200 else self.response.read()
        http.check(request, self.status, self.headers, body)
        self.reason = json.loads(body)["error"]["reason"] if body else ""
        """The reason of a refusal."""
        if not body:
            assert _RETRY.fullmatch(self._block())

    def _block(self) -> bytes:
        """Return the lines up to an empty one. Raises `ConnectionError` at the end."""
        block = b""
        while (line := self.response.readline()) != b"\n":
            if not line.endswith(b"\n"):
                raise ConnectionError("the stream has ended")
            block += line
        return block

    def __iter__(self) -> Iterator[Event]:
        """Yield the following events until the server ends the stream."""
        while True:
            try:
                yield self.next()
            except ConnectionError:
                return

    def next(self) -> Event:
        """Return the next event."""
        while (block := self._block()) == b":\n":
            pass
        match = _LINES.fullmatch(block)
        assert match, block
        name, data = match[1].decode(), match[2].decode()
        assert not _OTHER_LINE_ENDS.search(data)
        event = Event(name, json.loads(data), (match[3] or b"").decode())
        stream.check_event(event.name, event.payload)
        self._check_id(event)
        return event

    def _check_id(self, event: Event) -> None:
        if event.name not in ("joined", "request"):
            assert not event.id
            return
        self.last_id = event.id
        assert event.id == f"{event.payload['epoch']}:{event.payload['seq']}"

    def until_comment(self) -> None:
        """Read until the server shows that the connection works. No event may come before."""
        assert self._block() == b":\n"

    def event(self, name: str) -> Wire:
        """Return the payload of the next event of that name, skipping all others."""
        while (event := self.next()).name != name:
            pass
        return event.payload

    def requests(self, count: int) -> list[Wire]:
        """Return the next captured requests, skipping all other events."""
        return [self.event("request") for _ in range(count)]

    def cut_off(self) -> None:
        """Reset the connection, as a network failure does."""
        self.response.close()
        reset(self.socket)

    def __enter__(self) -> EventViewer:
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()
        self.socket.close()


def key_line(key: str) -> str:
    """Return the header line with a view key."""
    return f"Webhook-View-Key: {key}"


def after(event_id: str) -> str:
    """Return the header line of a viewer that comes back."""
    return f"Last-Event-ID: {event_id}"
