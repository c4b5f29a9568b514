"""The publisher's commands, without a Redis."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

from webhook_logger.delivery import QueueLimits
from webhook_logger.delivery.redis.backlog import Backlog
from webhook_logger.delivery.redis.publisher import Publisher, sha


def test_another_script_replaces_the_script_of_waiting_commands_only_in_its_place() -> None:
    reporter: Any = Mock()
    publisher = Publisher(Mock(), (), Backlog(QueueLimits()), reporter)
    content = f"$40\r\n{sha('one')}"
    calls = [publisher.submit_script(name, ["key"], content) for name in ("one", "third")]
    publisher.replace_script("one", "two")
    for call, name in zip(calls, ("two", "third"), strict=True):
        expected = publisher.submit_script(name, ["key"], content)
        assert call.packed == expected.packed
