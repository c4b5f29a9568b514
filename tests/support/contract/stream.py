"""Check the messages of viewers and workers against docs/asyncapi.yaml."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from tests.support.contract.documents import (
    ContractBroken,
    Validator,
    document,
    follow,
    require_valid,
    validator,
)

NAME = "asyncapi.yaml"

# A `join` or `leave` event that asks for an acknowledgement.
_ASKS_FOR_ACKNOWLEDGEMENT = re.compile(r'42([0-9]+)(\["(?:join|leave)",.*)', re.DOTALL)


@cache
def _payload(message: str) -> Validator:
    return validator(NAME, document(NAME)["components"]["messages"][message]["payload"])


@cache
def documented_events() -> frozenset[str]:
    """Return the names of the events that the contract defines. Operators may emit others."""
    document_ = document(NAME)
    messages = [follow(NAME, message) for message in document_["operations"]["tell"]["messages"]]
    return frozenset(follow(NAME, message)["name"] for message in messages)


def check_event(name: str, *payload: Any) -> None:
    """Check an event that a viewer received."""
    if name not in documented_events():
        return
    if len(payload) != 1:
        raise ContractBroken(f"the event {name} has {len(payload)} arguments: {payload!r}")
    require_valid(_payload(name), payload[0], f"the event {name}")


def check_connected(auth: Any, response: Any) -> None:
    """Check the acknowledgement of CONNECT, and that an accepted `auth` was valid."""
    require_valid(_payload("connected"), response, "CONNECT")
    if auth is not None:
        require_valid(_payload("connect"), auth, "an accepted auth")


def check_acknowledgement(name: str, asked: Any, response: Any) -> None:
    """Check the acknowledgement of `join` or `leave`, and that a granted request was valid."""
    require_valid(_payload(f"{name}Acknowledgement"), response, f"the acknowledgement of {name}")
    if response["ok"]:
        require_valid(_payload(name), asked, f"a granted {name}")


def parsed(packet: str) -> tuple[str, Any]:
    """Return a packet's type, with the acknowledgement's number, and its data."""
    digits = packet[: len(packet) - len(packet.lstrip("0123456789"))]
    rest = packet[len(digits) :]
    return digits, json.loads(rest) if rest else None


class Conversation:
    """The Socket.IO packets that one viewer sends and receives."""

    def __init__(self) -> None:
        self._auth: Any = None
        self._asked: dict[str, tuple[str, Any]] = {}

    def record_sent(self, packet: object) -> None:
        """Record a packet that the viewer sent. Malformed packets are ignored."""
        if not isinstance(packet, str):
            return
        if packet.startswith("40{"):
            self._auth = json.loads(packet[2:])
        elif match := _ASKS_FOR_ACKNOWLEDGEMENT.fullmatch(packet):
            name, *payload = json.loads(match[2])
            self._asked[match[1]] = (name, payload[0])

    def check_received(self, kind: str, data: Any) -> None:
        """Check a packet that the viewer received. Raise `ContractBroken`."""
        if kind == "42":
            check_event(*data)
        elif kind == "40":
            check_connected(self._auth, data)
        elif kind == "44":
            require_valid(_payload("connectError"), data, "CONNECT_ERROR")
        elif kind.startswith("43") and kind[2:] in self._asked:
            check_acknowledgement(*self._asked[kind[2:]], *data)
