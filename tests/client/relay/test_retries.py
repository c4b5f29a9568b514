"""When a request is sent again."""

from __future__ import annotations

import random
import time
from email.utils import formatdate

import pytest

from webhook_logger.client.http import HttpResponse
from webhook_logger.client.relay.retries import is_temporary, retry_seconds


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the random part of each delay 0."""
    monkeypatch.setattr(random, "uniform", lambda low, _: low)


def demanded(*values: str) -> float:
    headers = tuple(("retry-After", value) for value in values)
    return retry_seconds(1, HttpResponse(503, headers, b""))


def test_the_delay_doubles_up_to_a_maximum() -> None:
    delays = [retry_seconds(attempts, None) for attempts in (1, 2, 3, 4, 5, 6, 7, 10**6)]
    assert delays == [0.5, 1, 2, 4, 8, 10, 10, 10]


def test_retry_after_extends_the_delay() -> None:
    assert demanded("7") == 7
    assert demanded(" 7\t", "9") == 7
    assert demanded("0") == 0.5
    assert 3000 > demanded(formatdate(time.time() + 40, usegmt=True)) > 0.5
    assert demanded(formatdate(time.time() - 3600, usegmt=True)) == 0.5


def test_a_long_retry_after_is_limited() -> None:
    assert demanded("3600") == demanded("999999999") == 60
    assert demanded("Fri, 31 Dec 9999 23:59:59 GMT") == 60


@pytest.mark.parametrize(
    "value",
    [
        *("", "-1", "1.5", "1e9", "soon", "7 s", "9" * 5000, "\xb2", "(" * 5000),
        *("Fri, 32 Dec 2026 00:00:00 GMT", "Fri, 31 Dec 0000 00:00:00 GMT"),
        "Mon, 01 Jan 2026 00:00:00 -9999",
    ],
)
def test_an_invalid_retry_after_is_ignored(value: str) -> None:
    assert demanded(value) == 0.5


def test_delays_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda _, high: high)
    assert [retry_seconds(1, None), demanded("8")] == [0.625, 10]


def test_temporary_statuses() -> None:
    assert [
        status for status in (200, 302, 400, 404, 408, 429, 500, 503) if is_temporary(status)
    ] == [
        429,
        500,
        503,
    ]
