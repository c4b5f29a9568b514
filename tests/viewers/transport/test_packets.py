"""Packets of Socket.IO: which are taken for one, and why a CONNECT fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
from socketio.packet import CONNECT_ERROR

from webhook_logger.viewers.transport import NamedPacket, packets_below


@pytest.mark.parametrize("text", ['2["join",{}]', '21["",1]', '2/other,["a"]', "0", '0{"uuid":1}'])
def test_events_with_a_name_and_other_packets_are_read(text: str) -> None:
    assert NamedPacket(encoded_packet=text).encode() == text


@pytest.mark.parametrize("data", ['[{},"join"]', "[[]]", "[null]", "[1,2]"])
@pytest.mark.parametrize("kind", ["2", "51-"])
def test_an_event_of_another_name_is_nobodys(kind: str, data: str) -> None:
    assert NamedPacket(encoded_packet=kind + data).data == [""]


def sent(packet: NamedPacket) -> dict[str, Any]:
    encoded = packet.encode()
    assert isinstance(encoded, str)
    return dict(json.loads(encoded[encoded.index("{") :]))


def test_an_unknown_namespace_gets_a_response_with_the_right_address() -> None:
    refused = packets_below("/team")(CONNECT_ERROR, "Unable to connect", "/hooks")
    error = sent(refused)
    assert error["data"] == {"reason": "namespace_unknown"}
    # It names what the reader has to change.
    assert '"/hooks"' in error["message"]
    assert '"/team/socket.io/"' in error["message"]
    long = NamedPacket(CONNECT_ERROR, "Unable to connect", "/" + "x" * 4000)
    assert len(sent(long)["message"]) < 400


def test_a_second_connect_is_not_told_of_another_address() -> None:
    refused = NamedPacket(CONNECT_ERROR, "Unable to connect", "/")
    assert sent(refused)["data"] == {"reason": "already_connected"}


def test_other_refusals_say_what_they_say() -> None:
    refused = NamedPacket(CONNECT_ERROR, {"message": "no"}, "/")
    assert sent(refused) == {"message": "no"}
