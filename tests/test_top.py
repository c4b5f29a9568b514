"""The top list counts the most frequent keys with bounded memory."""

from __future__ import annotations

import random
from unittest.mock import patch
from uuid import UUID, uuid4

from webhook_logger.errors import Reason
from webhook_logger.top import (
    MAX_KEYS,
    MINUTE,
    SLICE_SECONDS,
    TEN_MINUTES,
    Counts,
    TopList,
)


def test_counts_are_exact_for_few_keys() -> None:
    counts = Counts()
    for key, amount in (("a", 5), ("b", 1), ("a", 2)):
        counts.add(key, amount)
    assert (counts.top(2), counts.total, counts.error) == ([("a", 7), ("b", 1)], 8, 0)


def test_frequent_keys_are_found_among_any_number_of_others() -> None:
    """The error has the bound of Misra and Gries."""
    others = random.Random(1)  # the same keys in each run
    counts, largest, true = Counts(), 0, dict.fromkeys("abc", 0)
    for n in range(60_000):
        key = "abc"[n % 3] if n % 10 == 0 else str(UUID(int=others.getrandbits(128)))
        if key in true:
            true[key] += 1
        counts.add(key)
        largest = max(largest, len(counts.counts))
    assert largest <= 2 * MAX_KEYS
    assert counts.error <= 60_000 / MAX_KEYS
    assert {key for key, _ in counts.top(3)} == set("abc")
    assert all(true[key] - counts.error <= found <= true[key] for key, found in counts.top(3))


def test_a_shrunk_count_costs_little_work_per_key() -> None:
    counts = Counts()
    with patch.object(counts, "shrink", wraps=counts.shrink) as shrink:
        for n in range(100 * MAX_KEYS):
            counts.add(str(n))
    assert shrink.call_count <= 100


def test_old_requests_leave_the_list() -> None:
    with patch("webhook_logger.top.time.monotonic") as clock:
        clock.return_value = 1000.0
        top = TopList()

        def counted(slices: int) -> tuple[int, int, int]:
            window, _ = top.last(slices)
            return window.requests.total, window.bytes.total, window.refused[Reason.BLOCKED]

        top.request("u", "192.0.2.7")
        top.body("u", 10)
        top.refused(Reason.BLOCKED)
        assert counted(MINUTE) == counted(TEN_MINUTES) == (1, 10, 1)
        clock.return_value += SLICE_SECONDS * MINUTE + 1
        top.request("u", "192.0.2.7")
        assert counted(MINUTE) == (2, 10, 1)
        assert top.last(MINUTE)[1] == SLICE_SECONDS * MINUTE + 1
        clock.return_value += SLICE_SECONDS
        assert (counted(MINUTE), counted(TEN_MINUTES)) == ((1, 0, 0), (2, 10, 1))
        clock.return_value += SLICE_SECONDS * (TEN_MINUTES + 1)
        assert counted(TEN_MINUTES) == (0, 0, 0)
        top.refused(Reason.BLOCKED)
        assert counted(TEN_MINUTES) == (0, 0, 1)


def test_memory_is_bounded() -> None:
    with patch("webhook_logger.top.time.monotonic") as clock:
        clock.return_value = 0.0
        top = TopList()
        for _ in range(3 * TEN_MINUTES):
            for _ in range(2 * MAX_KEYS):
                top.request(str(uuid4()), str(uuid4()))
            clock.return_value += SLICE_SECONDS
        assert len(top._slices) <= TEN_MINUTES
        assert all(len(each.addresses.counts) <= MAX_KEYS for each in top._slices)
