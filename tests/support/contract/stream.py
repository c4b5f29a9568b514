"""What viewers and workers say to each other, held to docs/asyncapi.yaml."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from tests.support.contract.documents import (
    ContractBroken,
    Validator,
    demand,
    document,
    follow,
    validator,
)

NAME = "asyncapi.yaml"

# An event that asks for an acknowledgement, and which of those of the contract it is.
_ASKS = re.compile(r'42([0-9]+)(\["(?:join|leave)",.*)', re.DOTALL)


@cache
def _payload(message: str) -> Validator:
    return validator(NAME, document(NAME)["components"]["messages"][message]["payload"])


@cache
def told() -> frozenset[str]:
    """The events that a worker sends by itself; others are those that operators emit."""
    document_ = document(NAME)
    messages = [follow(NAME, message) for message in document_["operations"]["tell"]["messages"]]
    return frozenset(follow(NAME, message)["name"] for message in messages)


def check_event(name: str, *payload: Any) -> None:
    """An event that a viewer received."""
    if name not in told():
        return
    if len(payload) != 1:
        raise ContractBroken(f"the event {name} has {len(payload)} arguments: {payload!r}")
    demand(_payload(name), payload[0], f"the event {name}")


def check_connected(auth: Any, response: Any) -> None:
    """The acknowledgement of CONNECT; what was let in must have been a fit `auth`, or none."""
    demand(_payload("connected"), response, "CONNECT")
    if auth is not None:
        demand(_payload("connect"), auth, "an auth that was let in")


def check_acknowledgement(name: str, asked: Any, response: Any) -> None:
    """The acknowledgement of `join` or `leave`; what was granted must have been a fit wish."""
    demand(_payload(f"{name}Acknowledgement"), response, f"the acknowledgement of {name}")
    if response["ok"]:
        demand(_payload(name), asked, f"a {name} that was granted")


def parsed(packet: str) -> tuple[str, Any]:
    """A packet's type, with the number of what it acknowledges, and its data."""
    digits = packet[: len(packet) - len(packet.lstrip("0123456789"))]
    rest = packet[len(digits) :]
    return digits, json.loads(rest) if rest else None


class Conversation:
    """All packets of one viewer, as Socket.IO writes them."""

    def __init__(self) -> None:
        self._auth: Any = None
        self._asked: dict[str, tuple[str, Any]] = {}

    def said(self, packet: object) -> None:
        """The viewer sent that; nonsense is its own business."""
        if not isinstance(packet, str):
            return
        if packet.startswith("40{"):
            self._auth = json.loads(packet[2:])
        elif match := _ASKS.fullmatch(packet):
            name, *payload = json.loads(match[2])
            self._asked[match[1]] = (name, payload[0])

    def heard(self, kind: str, data: Any) -> None:
        """The viewer received that. Raises `ContractBroken`."""
        if kind == "42":
            check_event(*data)
        elif kind == "40":
            check_connected(self._auth, data)
        elif kind == "44":
            demand(_payload("connectError"), data, "CONNECT_ERROR")
        elif kind.startswith("43") and kind[2:] in self._asked:
            check_acknowledgement(*self._asked[kind[2:]], *data)
