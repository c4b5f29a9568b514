"""Reports of refused requests are limited in number."""

from __future__ import annotations

import threading

import pytest

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.delivery.redis import refusals
from webhook_logger.delivery.redis.refusals import RefusalReport, RefusalReports
from webhook_logger.errors import Reason


def test_a_report_counts_all_refusals_and_has_the_latest_reason() -> None:
    waiting = RefusalReports()
    for reason in (Reason.NOT_FOUND, Reason.NOT_FOUND, Reason.CHUNK_MALFORMED):
        waiting.add("a", reason)
    waiting.add("b", Reason.NOT_FOUND)
    assert waiting.take() == [
        RefusalReport("a", 3, Reason.CHUNK_MALFORMED),
        RefusalReport("b", 1, Reason.NOT_FOUND),
    ]
    assert waiting.take() == []


def test_a_round_sends_a_hundred_reports_oldest_first() -> None:
    waiting = RefusalReports()
    for number in range(250):
        waiting.add(str(number), Reason.NOT_FOUND)
    waiting.add("0", Reason.NOT_FOUND)
    rounds = [[report.uuid for report in waiting.take()] for _ in range(4)]
    assert [len(each) for each in rounds] == [100, 100, 50, 0]
    assert [uuid for each in rounds for uuid in each] == [str(number) for number in range(250)]


def test_the_oldest_report_is_dropped_when_there_are_too_many() -> None:
    waiting = RefusalReports()
    for number in range(refusals.MAX_CALLBACKS + 3):
        waiting.add(str(number), Reason.NOT_FOUND)
    taken = []
    while reports := waiting.take():
        taken += reports
    assert len(taken) == refusals.MAX_CALLBACKS
    assert taken[0].uuid == "3"


def test_reports_wait_until_they_can_be_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refusals, "SECONDS_PER_ROUND", 0.001)
    waiting = RefusalReports()
    asked, is_up, sent = threading.Semaphore(0), threading.Event(), threading.Event()
    reports: list[RefusalReport] = []

    def is_possible() -> bool:
        asked.release()
        return is_up.is_set()

    def send(refused: RefusalReport) -> None:
        assert is_up.is_set()
        reports.append(refused)
        sent.set()

    threading.Thread(target=waiting.report, args=(send, is_possible), daemon=True).start()
    waiting.add("a", Reason.QUEUE_UNAVAILABLE)
    for _ in range(3):
        assert asked.acquire(timeout=PATIENCE_SECONDS)
    waiting.add("a", Reason.QUEUE_UNAVAILABLE)
    is_up.set()
    assert sent.wait(PATIENCE_SECONDS)
    assert reports == [RefusalReport("a", 2, Reason.QUEUE_UNAVAILABLE)]
