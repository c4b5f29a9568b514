"""Socket.IO packets: decoding, and the reasons for a failed CONNECT."""

from __future__ import annotations

import json
from typing import Any

import pytest
from socketio.packet import CONNECT_ERROR

from webhook_logger.viewers.transport import NamedPacket, packet_class


@pytest.mark.parametrize("text", ['2["join",{}]', '21["",1]', '2/other,["a"]', "0", '0{"uuid":1}'])
def test_valid_packets_are_decoded(text: str) -> None:
    assert NamedPacket(encoded_packet=text).encode() == text


@pytest.mark.parametrize("data", ['[{},"join"]', "[[]]", "[null]", "[1,2]"])
@pytest.mark.parametrize("kind", ["2", "51-"])
def test_an_event_whose_name_is_not_a_string_has_no_handler(kind: str, data: str) -> None:
    assert NamedPacket(encoded_packet=kind + data).data == [""]


def sent(packet: NamedPacket) -> dict[str, Any]:
    encoded = packet.encode()
    assert isinstance(encoded, str)
    return dict(json.loads(encoded[encoded.index("{") :]))


def test_the_error_for_an_unknown_namespace_shows_the_right_path() -> None:
    refused = packet_class("/team")(CONNECT_ERROR, "Unable to connect", "/hooks")
    error = sent(refused)
    assert error["data"] == {"reason": "namespace_unknown"}
    # The message names the value to change, and its replacement.
    assert '"/hooks"' in error["message"]
    assert '"/team/socket.io/"' in error["message"]
    long = NamedPacket(CONNECT_ERROR, "Unable to connect", "/" + "x" * 4000)
    assert len(sent(long)["message"]) < 400


def test_a_second_connect_has_a_separate_reason() -> None:
    refused = NamedPacket(CONNECT_ERROR, "Unable to connect", "/")
    assert sent(refused)["data"] == {"reason": "already_connected"}


def test_other_refusals_are_sent_unchanged() -> None:
    refused = NamedPacket(CONNECT_ERROR, {"message": "no"}, "/")
    assert sent(refused) == {"message": "no"}
