"""Answerers: a viewer that claims to answer a callback's requests, and what it gives."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.support.processes import Server
from tests.support.sender import Answer, post, send
from tests.support.viewers import PacketViewer, Wire


class Answerer(PacketViewer):
    """Has joined with a claim, or says in `joined` why it could not."""

    def __init__(self, server: Server, uuid: str, answer: bool = True) -> None:
        super().__init__(server.url)
        self.joined = self.join(uuid, answer=answer)

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
        """The next one that it may answer."""
        [wire] = self.requests(1)
        return wire


def give(server: Server, request: Wire, content: bytes = b"", **fields: Any) -> Answer:
    """Post an answer to a captured request at a worker; what that says to it."""
    body = {"encoding": "base64", "content": base64.b64encode(content).decode()}
    return give_raw(server, request, json.dumps({"body": body, **fields}).encode())


def give_raw(server: Server, request: Wire, body: bytes) -> Answer:
    return post(server.address, _path(request), body)


def decline(server: Server, request: Wire) -> Answer:
    """Say at a worker that no answer will be given."""
    head = f"DELETE {_path(request)} HTTP/1.1\r\nHost: {server.authority}\r\n\r\n"
    return send(server.address, head.encode())


def _path(request: Wire) -> str:
    return "/api/callbacks/{uuid}/answers/{id}".format(**request)
