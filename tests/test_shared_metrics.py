"""The metrics of several workers become one exposition, also after some of them have ended."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from webhook_logger import shared_metrics
from webhook_logger.errors import Reason
from webhook_logger.metrics import Metrics
from webhook_logger.shared_metrics import SharedMetrics


def values(exposition: str) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in exposition.splitlines() if line[0] != "#"]
    return {name.removeprefix("webhook_logger_"): float(value) for name, value in lines}


def names(exposition: str) -> list[str]:
    """Return all lines without the values, which differ for the metrics of the process."""
    return [line.rsplit(" ", 1)[0] for line in exposition.splitlines()]


def worker(accepted: int, viewers: int, up: int) -> Metrics:
    metrics = Metrics(requests_accepted=accepted, viewers=viewers, queue_up=up)
    metrics.requests_refused[Reason.DRAINING] = accepted
    metrics.request_publish_seconds.observe(0.002)
    return metrics


def test_values_are_combined_and_those_of_ended_workers_stay(tmp_path: Path) -> None:
    one, two = SharedMetrics(tmp_path, 1), SharedMetrics(tmp_path, 2)
    one.store(worker(accepted=3, viewers=5, up=1))
    alone = worker(accepted=3, viewers=5, up=1)
    assert names(one.text()) == names(alone.text()), "all are there, in the same order"
    two.store(worker(accepted=4, viewers=7, up=0))
    for shown in (values(one.text()), values(two.text())):
        assert shown["requests_accepted_total"] == 7
        assert shown['requests_refused_total{reason="draining"}'] == 7
        assert (shown["viewers"], shown["queue_up"]) == (12, 0)
        assert shown['request_publish_seconds_bucket{le="0.0025"}'] == 2
        assert shown["request_publish_seconds_count"] == 2
    for number in (1, 2):
        (tmp_path / f"{number}.metrics").rename(tmp_path / f"{number}.ended")
        shown = values(SharedMetrics(tmp_path, 3).text())
        assert shown["requests_accepted_total"] == 7
    three = SharedMetrics(tmp_path, 3)
    three.store(worker(accepted=1, viewers=1, up=1))
    shown = values(three.text())
    assert (shown["requests_accepted_total"], shown["request_publish_seconds_count"]) == (8, 3)
    assert (shown["viewers"], shown["queue_up"]) == (1, 1)


def test_a_worker_does_not_wait_forever_for_one_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_metrics, "LOCK_SECONDS", 0)
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(TimeoutError):
            SharedMetrics(tmp_path, 1).text()
    assert SharedMetrics(tmp_path, 1).text() == "", "the lock is free again"
