"""Senders that are held, by an end that nobody waits for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from webhook_logger.senders.holds import MAX_OF_A_CALLBACK, Holds


def test_a_sender_is_held_for_as_long_as_the_reply_says(monkeypatch: pytest.MonkeyPatch) -> None:
    holds, waits = Holds(), []
    monkeypatch.setattr(holds, "_over", SimpleNamespace(wait=waits.append))
    for seconds in (0.5, 0.0, 30.0):
        holds.hold("uuid", seconds)
    assert waits == [0.5, 30.0]


def test_one_too_many_of_a_callback_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    holds, waits = Holds(), []

    def hold_another(seconds: float) -> None:
        waits.append(seconds)
        holds.hold("uuid", 1.0)

    monkeypatch.setattr(holds, "_over", SimpleNamespace(wait=hold_another))
    holds.hold("uuid", 1.0)
    assert len(waits) == MAX_OF_A_CALLBACK
