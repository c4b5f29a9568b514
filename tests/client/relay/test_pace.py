"""The rate of requests to a target."""

from __future__ import annotations

from webhook_logger.client.relay.pace import Pace


def test_moments_are_evenly_spaced() -> None:
    pace = Pace(4)
    assert [pace.reserve(10) for _ in range(4)] == [0, 0.25, 0.5, 0.75]
    assert pace.reserve(10.5) == 0.5


def test_a_pause_allows_no_burst() -> None:
    pace = Pace(4)
    pace.reserve(10)
    assert [pace.reserve(100) for _ in range(3)] == [0, 0.25, 0.5]


def test_without_a_rate_there_is_no_limit() -> None:
    pace = Pace(None)
    assert [pace.reserve() for _ in range(3)] == [0, 0, 0]


def test_the_interval_is_limited() -> None:
    pace = Pace(1e-300)
    assert [pace.reserve(0) for _ in range(2)] == [0, 10**6]
