"""Responders: viewers that respond to a callback's requests live."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.support.processes import Server
from tests.support.sender import Response, post, send
from tests.support.viewers import PacketViewer, Wire


class Responder(PacketViewer):
    """Joins as responder; `joined` is the acknowledgement, or the reason of the refusal."""

    def __init__(self, server: Server, uuid: str, respond: bool = True) -> None:
        super().__init__(server.url)
        self.joined = self.join(uuid, respond=respond)

    def join(self, uuid: str, **more: Any) -> Wire:
        return self.call("join", uuid=uuid, **more)

    def call(self, name: str, **payload: Any) -> Wire:
        """Send a message and return its acknowledgement, skipping events."""
        self.write("420" + json.dumps([name, payload]))
        while True:
            kind, data = self.packet()
            if kind == "430":
                return dict(data[0])

    def request(self) -> Wire:
        """Return the next captured request."""
        [wire] = self.requests(1)
        return wire


def give(server: Server, request: Wire, content: bytes = b"", **fields: Any) -> Response:
    """Post the response to a captured request to a worker. Return the result of the POST."""
    body = {"encoding": "base64", "content": base64.b64encode(content).decode()}
    return give_raw(server, request, json.dumps({"body": body, **fields}).encode())


def give_raw(server: Server, request: Wire, body: bytes) -> Response:
    return post(server.address, _path(request), body)


def decline(server: Server, request: Wire) -> Response:
    """Notify a worker that the responder gives no response."""
    head = f"DELETE {_path(request)} HTTP/1.1\r\nHost: {server.authority}\r\n\r\n"
    return send(server.address, head.encode())


def _path(request: Wire) -> str:
    return "/api/callbacks/{uuid}/requests/{id}/response".format(**request)
