"""The callback that the request line of a refused request names."""

from __future__ import annotations

from typing import Any

import pytest

from webhook_logger.errors import Reason
from webhook_logger.metrics import Metrics
from webhook_logger.senders.refusals import Refusals

UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"


class Recorder:
    """A delivery that records the reported refusals."""

    def __init__(self) -> None:
        self.reported: list[tuple[str, Reason]] = []

    def refused(self, uuid: str, reason: Reason) -> None:
        self.reported.append((uuid, reason))


def named(line: str, prefix: str = "") -> list[str]:
    recorder: Any = Recorder()
    metrics = Metrics()
    Refusals(recorder, metrics, prefix).of_line(line, Reason.NOT_FOUND)
    assert metrics.requests_refused == {Reason.NOT_FOUND: 1}
    assert all(reason is Reason.NOT_FOUND for _, reason in recorder.reported)
    return [uuid for uuid, _ in recorder.reported]


@pytest.mark.parametrize(
    "line",
    [
        f"POST /{UUID} HTTP/1.1",
        f"POST /{UUID.upper()}/x?y HTTP/1.1",
        f"/{UUID}",
        f"//{UUID}/x",
        f"/%2F{UUID}",
        f"/{UUID}%0A",
        f"/{UUID}%20",
        f"/{UUID}orders",
        f"/{UUID}abc",
        f"/{{{UUID}}}",
        f"/hooks/{UUID}",
        f"GET {UUID} HTTP/1.1",
        f"GET h:80/{UUID} HTTP/1.1",
        f"GET http://h h/{UUID} HTTP/1.1",
        f"G\x00T\t/{UUID}\xff",
        f"GET /{UUID}/{'x' * 9000}",
        f"/{UUID}?other=/00000000-0000-4000-8000-000000000000",
    ],
)
def test_a_wrong_target_still_names_its_callback(line: str) -> None:
    assert named(line) == [UUID]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\x16\x03\x01",
        "GET / HTTP/1.1",
        f"GET /x?u=/{UUID} HTTP/1.1",
        f"PUT /api/callbacks/{UUID}/reply HTTP/1.1",
        f"PUT http://h/api/callbacks/{UUID}/reply HTTP/1.1",
        f"/api/callbacks/{UUID}/reply",
        f"/view/{UUID}/x",
        f"GET /{'x' * 600}/{UUID} HTTP/1.1",
    ],
)
def test_a_line_for_another_resource_names_no_callback(line: str) -> None:
    assert named(line) == []


def test_a_prefix_before_the_callback_is_skipped() -> None:
    assert named(f"PUT /hooks/api/callbacks/{UUID}/reply HTTP/1.1", "/hooks") == []
    assert named(f"POST /hooks//{UUID} HTTP/1.1", "/hooks") == [UUID]
    assert named(f"POST /{UUID} HTTP/1.1", "/hooks") == [UUID]


def test_a_long_line_is_not_searched_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[int] = []

    def record(text: bytes) -> bytes:
        searched.append(len(text))
        return text

    monkeypatch.setattr("webhook_logger.senders.refusals.unquote_to_bytes", record)
    named("GET /" + "0a" * 500_000)
    assert searched == [512]
