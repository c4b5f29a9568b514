"""The summary of `listen`."""

from __future__ import annotations

from pathlib import Path

from tests.client.tui.samples import outcome
from webhook_logger.client.stream.events import Gap
from webhook_logger.client.totals import Totals


def test_a_summary_has_only_what_happened() -> None:
    totals = Totals()
    assert totals.lines() == ["0 requests received."]
    totals.add("received")
    totals.add("matched")
    assert totals.lines() == ["1 request received."]


def test_a_summary_counts_everything() -> None:
    totals = Totals()
    totals.add("received", 1200)
    for what, count in {"matched": 7, "recovered": 2, "refused": 1, "responded": 4}.items():
        totals.add(what, count)
    for symbol in "✓✓✗?":
        totals.add(symbol)
    totals.gap(Gap(None, "disconnected"))
    assert "maybe some missed, 2 recovered" in totals.lines()[0]
    totals.gap(Gap(3, "disconnected"))
    for status in (200, 200, 503):
        totals.forwarded(outcome(status, url="http://localhost:3000"))
    totals.archive = Path("a.har")
    assert totals.lines() == [
        "1,200 requests received, 7 of them matched the filter, 3 or more missed, 2 recovered, "
        "1 refused.",
        "Forwarded to http://localhost:3000: 2 × 200, 1 × 503.",
        "Responses sent to senders: 4.",
        "Signatures: 2 valid, 1 invalid, 1 not checked.",
        "Saved in a.har: 7 requests.",
    ]
