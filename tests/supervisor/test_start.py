"""The number of workers, and the environment that they get."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config import Config
from webhook_logger.supervisor import start


@pytest.mark.parametrize(
    ("limit", "count"),
    [("max 100000", 64), ("200000 100000", 2), ("50000 100000", 1), ("9900000 100000", 64)],
)
def test_auto_is_one_worker_per_core_within_the_limit_of_the_container(
    limit: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: range(64))
    (tmp_path / "cpu.max").write_text(limit + "\n")
    assert start.cores(tmp_path / "cpu.max") == count
    assert start.cores(tmp_path / "missing") == 64


def test_only_linux_has_several_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert start._obstacle(Config(), "redis-server") == ""
    assert "install redis-server" in start._obstacle(Config(), None)
    monkeypatch.setattr(start.sys, "platform", "darwin")
    assert start._obstacle(Config(), "redis-server") == "Linux."


def test_a_private_redis_gets_no_credentials_of_another_one() -> None:
    environ = {"REDIS_PASSWORD_FILE": "x", "REDIS_URL": "", "REDIS_KEY_PREFIX": "p", "HOST": "h"}
    assert start._without_queue(environ) == {"REDIS_KEY_PREFIX": "p", "HOST": "h"}
