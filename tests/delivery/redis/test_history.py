"""What a worker takes for a master, and what it says of anything else."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from webhook_logger.delivery.redis.errors import REASONS, REFUSED, reason_of
from webhook_logger.delivery.redis.history import query


class Responding:
    """A line whose other end responds to everything with the same."""

    def __init__(self, response: Any) -> None:
        self._response = response

    def send(self, _: bytes) -> None:
        pass

    def read_or_raise(self) -> Any:
        return self._response


def test_a_master_is_known_by_both_of_its_ids() -> None:
    info = b"# Replication\r\nrole:master\r\nmaster_replid:5f\r\nrun_id:3e\r\n"
    assert query(Responding(info))[:] == ("3e", "5f")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"role:slave\r\n", REASONS["READONLY"]),
        *((response, REFUSED) for response in (b"OK", b"\xff", b"", 1, None, [])),
    ],
)
def test_what_is_no_master_is_refused_with_the_reason(response: Any, reason: str) -> None:
    with pytest.raises(redis.ResponseError) as refused:
        query(Responding(response))  # type: ignore[arg-type]
    assert reason_of(refused.value) == reason
