"""What is taken for a packet of Socket.IO."""

from __future__ import annotations

import pytest

from webhook_logger.transport import NamedPacket


@pytest.mark.parametrize("text", ['2["join",{}]', '21["",1]', '2/other,["a"]', "0", '0{"uuid":1}'])
def test_events_with_a_name_and_other_packets_are_read(text: str) -> None:
    assert NamedPacket(encoded_packet=text).encode() == text


@pytest.mark.parametrize("data", ['[{},"join"]', "[[]]", "[null]", "[1,2]"])
@pytest.mark.parametrize("kind", ["2", "51-"])
def test_an_event_of_another_name_is_nobodys(kind: str, data: str) -> None:
    assert NamedPacket(encoded_packet=kind + data).data == [""]
