"""Packets of Socket.IO: which are taken for one, and why a CONNECT fails."""

from __future__ import annotations

import json

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


def message_of(packet: NamedPacket) -> str:
    encoded = packet.encode()
    assert isinstance(encoded, str)
    return str(json.loads(encoded[encoded.index("{") :])["message"])


def test_an_unknown_namespace_is_answered_with_the_right_address() -> None:
    refused = packets_below("/team")(CONNECT_ERROR, "Unable to connect", "/hooks")
    message = message_of(refused)
    assert '"/hooks"' in message
    assert '"/team/socket.io/"' in message
    long = NamedPacket(CONNECT_ERROR, "Unable to connect", "/" + "x" * 4000)
    assert len(message_of(long)) < 400


def test_a_second_connect_is_not_told_of_another_address() -> None:
    refused = NamedPacket(CONNECT_ERROR, "Unable to connect", "/")
    assert message_of(refused) == "This connection is connected already."


def test_other_refusals_say_what_they_say() -> None:
    refused = NamedPacket(CONNECT_ERROR, {"message": "no"}, "/")
    assert message_of(refused) == "no"
