"""Messages of workers of an older release, which have fewer parts."""

from __future__ import annotations

from typing import Any

import pytest

from webhook_logger.delivery import ResponseReport
from webhook_logger.delivery.redis.envelope import seal
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.messages import QueueMessages, WorkerMessages
from webhook_logger.delivery.redis.pending import PendingRequests
from webhook_logger.delivery.redis.progress import Progress

UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
PLAIN = ("e", "12", "503", "reply")
REPORT = ResponseReport(UUID, "e", 12, 503, "reply")


class Sink:
    """Records the calls of one message."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *args: self.calls.append((name, args))


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (("responded", *PLAIN), ("responded", (REPORT,))),
        (
            ("responded", *PLAIN, '"seconds":0.1'),
            ("responded", (REPORT._replace(details=b'"seconds":0.1'),)),
        ),
        (("viewers", "3"), ("presence", (UUID, 3, None))),
        (("viewers", "3", "1"), ("presence", (UUID, 3, True))),
        (("viewers", "3", "0"), ("presence", (UUID, 3, False))),
    ],
)
def test_the_last_part_is_optional(message: tuple[str, ...], call: tuple[str, Any]) -> None:
    sink: Any = Sink()
    other: Any = Sink()
    keys = Keys()
    pending = PendingRequests(other, keys, "", "worker", 1.0)
    own = WorkerMessages(keys.worker_channel("worker"), other, other, pending)
    messages = QueueMessages(sink, other, own, Progress(other, keys, "", "worker"))
    messages.dispatch(keys.channel(UUID), seal(*message))
    assert sink.calls == [call]
