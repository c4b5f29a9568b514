"""Responders: a viewer that claims to respond to a callback's requests, and what it gives."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.support.processes import Server
from tests.support.sender import Response, post, send
from tests.support.viewers import PacketViewer, Wire


class Responder(PacketViewer):
    """Has joined with a claim, or says in `joined` why it could not."""

    def __init__(self, server: Server, uuid: str, respond: bool = True) -> None:
        super().__init__(server.url)
        self.joined = self.join(uuid, respond=respond)

    def join(self, uuid: str, **more: Any) -> Wire:
        return self.call("join", uuid=uuid, **more)

    def call(self, name: str, **payload: Any) -> Wire:
        """What the server says to it, past all events."""
        self.write("420" + json.dumps([name, payload]))
        while True:
            kind, data = self.packet()
            if kind == "430":
                return dict(data[0])

    def request(self) -> Wire:
        """The next one that it may respond to."""
        [wire] = self.requests(1)
        return wire


def give(server: Server, request: Wire, content: bytes = b"", **fields: Any) -> Response:
    """Post a response to a captured request at a worker; what that says to it."""
    body = {"encoding": "base64", "content": base64.b64encode(content).decode()}
    return give_raw(server, request, json.dumps({"body": body, **fields}).encode())


def give_raw(server: Server, request: Wire, body: bytes) -> Response:
    return post(server.address, _path(request), body)


def decline(server: Server, request: Wire) -> Response:
    """Say at a worker that no response will be given."""
    head = f"DELETE {_path(request)} HTTP/1.1\r\nHost: {server.authority}\r\n\r\n"
    return send(server.address, head.encode())


def _path(request: Wire) -> str:
    return "/api/callbacks/{uuid}/requests/{id}/response".format(**request)
