"""The position of an inbox in the stream, and the gaps in it."""

from __future__ import annotations

from dataclasses import replace

from tests.wire_fixture import samples
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.stream.events import Gap, Responded
from webhook_logger.client.stream.position import IDS_KEPT, RESPONSES_KEPT, InboxPosition
from webhook_logger.client.stream.wire import Joined


def request(seq: int, epoch: str = "e", id_: str | None = None) -> CapturedRequest:
    return replace(samples()[0], epoch=epoch, seq=seq, id=id_ or f"{epoch} {seq}")


def joined(seq: int, epoch: str = "e", missed: int | None = 0) -> Joined:
    return Joined(epoch, seq, missed)


def at(seq: int) -> InboxPosition:
    position = InboxPosition()
    position.joined(joined(seq))
    return position


def test_auth_contains_the_current_position() -> None:
    position = InboxPosition()
    assert position.auth == {}
    position.joined(joined(3))
    assert position.auth == {"epoch": "e", "seq": 3}
    position.requested(request(4))
    assert position.auth == {"epoch": "e", "seq": 4}


def test_consecutive_requests_have_no_gap() -> None:
    position = at(3)
    assert [position.requested(request(seq)) for seq in (4, 5)] == [(None, True)] * 2


def test_a_skipped_seq_is_a_gap() -> None:
    position = at(3)
    assert position.requested(request(6)) == (Gap(2, "skipped"), True)
    assert position.requested(request(7)) == (None, True)


def test_requests_missed_while_disconnected_are_a_gap() -> None:
    position = at(3)
    assert position.joined(joined(9, missed=6)) == Gap(6, "disconnected")
    assert position.joined(joined(9, missed=0)) is None
    assert position.joined(joined(1, "other", missed=None)) == Gap(None, "disconnected")
    assert position.requested(request(2, "other")) == (None, True)


def test_a_new_epoch_is_a_gap_of_unknown_size() -> None:
    position = at(3)
    assert position.requested(request(1, "other")) == (Gap(None, "skipped"), True)
    assert position.requested(request(2, "other")) == (None, True)


def test_the_same_id_twice_is_one_request_with_two_positions() -> None:
    position = at(3)
    assert position.requested(request(4, id_="a")) == (None, True)
    assert position.requested(request(5, id_="a")) == (None, False)
    assert position.requested(request(6)) == (None, True)


def test_a_repeated_request_is_not_new() -> None:
    position = at(3)
    for seq in range(4, IDS_KEPT + 10):
        position.requested(request(seq))
    assert position.requested(request(4)) == (None, False)
    assert position.seq == IDS_KEPT + 9


def test_a_repeated_response_is_not_new() -> None:
    position = at(3)
    responses = [Responded("e", seq, 200, "default") for seq in range(RESPONSES_KEPT + 1)]
    assert all(map(position.responded, responses))
    assert not position.responded(responses[1])
    assert position.responded(Responded("other", 1, 200, "default"))


def test_old_ids_are_dropped() -> None:
    position = at(0)
    for seq in range(1, IDS_KEPT + 2):
        position.requested(request(seq))
    assert position.requested(request(IDS_KEPT + 2, id_="e 1"))[1]
    assert not position.requested(request(IDS_KEPT + 3, id_=f"e {IDS_KEPT}"))[1]
