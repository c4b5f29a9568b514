"""Waiting senders, with a clock that returns immediately."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from webhook_logger.senders.waiting import MAX_PER_CALLBACK, WaitingSenders


def test_a_sender_waits_for_the_delay_of_the_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    senders, waits = WaitingSenders(), []
    monkeypatch.setattr(senders, "_over", SimpleNamespace(wait=waits.append))
    for seconds in (0.5, 0.0, 30.0):
        senders.wait("uuid", seconds)
    assert waits == [0.5, 30.0]


def test_a_sender_over_the_callbacks_limit_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    senders, waits = WaitingSenders(), []

    def wait_another(seconds: float) -> None:
        waits.append(seconds)
        senders.wait("uuid", 1.0)

    monkeypatch.setattr(senders, "_over", SimpleNamespace(wait=wait_another))
    senders.wait("uuid", 1.0)
    assert len(waits) == MAX_PER_CALLBACK
