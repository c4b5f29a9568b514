"""The short form of the long run: a minute with two rolling restarts."""

from __future__ import annotations

import pytest

from tests.chaos.conftest import ROWS
from tests.chaos.soak import Options, Soak


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_minute_with_two_rolling_restarts() -> None:
    lines: list[str] = []
    soak = Soak(Options(minutes=1, restart_minutes=0.4, report_seconds=5), lines.append)
    soak.run()
    ROWS.extend(soak.rows)
    assert {life.name for life in soak.lives} == {"worker 1", "worker 2", "Redis"}
