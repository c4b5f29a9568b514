"""Reports of responses to viewers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from tests.wire_fixture import samples
from webhook_logger import rates
from webhook_logger.delivery import Receipt, ResponseReport
from webhook_logger.reply import CallbackResponse
from webhook_logger.senders.reports import MAX_DETAILED_PER_SECOND, ResponseReports, details_of

RESPONSE = CallbackResponse(200, (("X", "caf\xe9"), ("Keep-Alive", "5")), b"body")


class Delivery:
    def __init__(self) -> None:
        self.reports: list[ResponseReport] = []

    def responded(self, responded: ResponseReport) -> None:
        self.reports.append(responded)


def reported(by: str, viewers: int = 1, count: int = 1) -> list[bytes]:
    delivery: Any = Delivery()
    reports = ResponseReports(delivery)
    for seq in range(count):
        reports.send(samples()[0], Receipt("epoch", seq, viewers), RESPONSE, by)
    return [report.details for report in delivery.reports]


@pytest.mark.parametrize(
    ("by", "viewers"), [("reply", 1), ("default", 1), ("path", 1), ("reply", 0)]
)
def test_viewers_receive_the_details_of_a_reported_response(by: str, viewers: int) -> None:
    [details] = reported(by, viewers)
    assert bool(details) == bool(viewers)


def test_details_are_limited_to_some_responses_per_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "time", SimpleNamespace(monotonic=lambda: 1.0))
    details = reported("reply", count=MAX_DETAILED_PER_SECOND + 2)
    assert [bool(each) for each in details] == [True] * MAX_DETAILED_PER_SECOND + [False] * 2


def test_details_are_the_response_as_the_sender_received_it() -> None:
    later = datetime.now(timezone.utc) + timedelta(hours=1)  # the clock was set back
    request = replace(samples()[0], received_at=later)
    assert json.loads(b"{%b}" % details_of(RESPONSE, request)) == {
        "headers": [["X", "caf\xe9"]],
        "body": {"size": 4, "encoding": "utf-8", "content": "body", "complete": True},
        "seconds": 0,
    }
