"""Delivery within one process. Tests with real servers cover the behavior of both kinds."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tests.wire_fixture import samples
from webhook_logger.captured import CapturedRequest
from webhook_logger.delivery import ResponseReport, StoredReply
from webhook_logger.delivery.memory import delivery as memory
from webhook_logger.delivery.memory import replies
from webhook_logger.delivery.memory.delivery import MemoryDelivery
from webhook_logger.errors import Reason


class Viewers:
    """A sink that stores the requests that it receives."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def deliver(self, responded: ResponseReport, members: bytes) -> None:
        position = dict(zip(("uuid", "epoch", "seq"), responded, strict=False))
        self.seen.append({**position, **json.loads(b"{%b}" % members)})

    def skipped(self, uuid: str) -> None: ...

    def responded(self, responded: ResponseReport) -> None: ...

    def reply(self, uuid: str, stored: StoredReply | None) -> None: ...

    def reply_used(self, uuid: str) -> None: ...

    def presence(self, uuid: str, viewers: int, has_responder: bool | None) -> None: ...

    def refused(self, uuid: str, count: int, reason: Reason) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


@pytest.fixture
def viewers() -> Viewers:
    return Viewers()


@pytest.fixture
def delivery(viewers: Viewers) -> MemoryDelivery:
    delivery = MemoryDelivery()
    delivery.start(viewers)
    return delivery


def request_to(uuid: str) -> CapturedRequest:
    return replace(samples()[0], uuid=uuid)


def test_threads_publish_concurrently_in_one_order_without_gaps(
    delivery: MemoryDelivery, viewers: Viewers
) -> None:
    uuid = str(uuid4())
    delivery.set_viewers(uuid, 1)
    with ThreadPoolExecutor(8) as senders:
        receipts = list(senders.map(lambda _: delivery.publish(request_to(uuid)), range(500)))
    assert [request["seq"] for request in viewers.seen] == list(range(1, 501))
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 501))


def test_a_callback_without_viewers_delivers_no_requests(
    delivery: MemoryDelivery, viewers: Viewers
) -> None:
    uuid = str(uuid4())
    delivery.set_viewers(uuid, 1)
    delivery.set_viewers(uuid, 0)
    assert delivery.publish(request_to(uuid)).viewers == 0
    assert viewers.seen == []


def test_counters_are_limited_and_a_removed_one_begins_a_new_epoch(
    delivery: MemoryDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MAX_CALLBACKS", 2)
    first, second, third = (str(uuid4()) for _ in range(3))
    before = delivery.publish(request_to(first))
    delivery.publish(request_to(second))
    assert delivery.publish(request_to(first)).seq == 2, "recently used, so it is not removed"
    delivery.publish(request_to(third))
    assert delivery.publish(request_to(second)).seq == 1, (
        "the least recently used counter is removed"
    )
    delivery.publish(request_to(third))
    after = delivery.publish(request_to(first))
    assert after.seq == 1
    assert after.epoch != before.epoch


def test_other_senders_cannot_remove_the_counter_of_a_watched_callback(
    delivery: MemoryDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MAX_CALLBACKS", 5)
    watched = [str(uuid4()) for _ in range(3)]
    for uuid in watched:
        delivery.publish(request_to(uuid))
        delivery.set_viewers(uuid, 1)
    for _ in range(50):
        delivery.publish(request_to(str(uuid4())))
    assert [delivery.publish(request_to(uuid)).seq for uuid in watched] == [2, 2, 2]


def test_a_reply_can_change_while_its_request_is_delivered(
    delivery: MemoryDelivery, viewers: Viewers, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid, later = str(uuid4()), StoredReply("{}", 5)
    delivery.set_viewers(uuid, 1)
    for change in (None, later):
        delivery.set_reply(uuid, StoredReply('{"status":503}', 2))
        with monkeypatch.context() as patch:
            patch.setattr(viewers, "deliver", lambda *_: delivery.set_reply(uuid, change))  # noqa: B023
            assert delivery.publish(request_to(uuid)).reply == StoredReply('{"status":503}')
        assert delivery.get_reply(uuid) == change, "the new reply is not used"


def test_replies_are_removed_by_their_size_in_memory(
    delivery: MemoryDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "MAX_BYTES", 200_000)
    first, second = str(uuid4()), str(uuid4())
    # Python needs more than 80 KB for this text.
    wide = StoredReply("a" * 19_999 + "\N{PARTY POPPER}", None)
    delivery.set_reply(first, wide)
    assert delivery.get_reply(first) == wide
    delivery.set_reply(second, wide)
    assert delivery.get_reply(first) is None
    assert delivery.get_reply(second) == wide
