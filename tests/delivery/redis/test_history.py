"""A worker accepts only a master, and reports the reason otherwise."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from webhook_logger.delivery.redis.errors import REASONS, REFUSED, reason_of
from webhook_logger.delivery.redis.history import query


class Responding:
    """A connection that returns the same response to every command."""

    def __init__(self, response: Any) -> None:
        self._response = response

    def send(self, _: bytes) -> None:
        pass

    def read_or_raise(self) -> Any:
        return self._response


def test_a_history_contains_both_ids_of_a_master() -> None:
    info = b"# Replication\r\nrole:master\r\nmaster_replid:5f\r\nrun_id:3e\r\n"
    assert query(Responding(info))[:] == ("3e", "5f")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"role:slave\r\n", REASONS["READONLY"]),
        *((response, REFUSED) for response in (b"OK", b"\xff", b"", 1, None, [])),
    ],
)
def test_any_other_response_is_rejected_with_its_reason(response: Any, reason: str) -> None:
    with pytest.raises(redis.ResponseError) as refused:
        query(Responding(response))  # type: ignore[arg-type]
    assert reason_of(refused.value) == reason
