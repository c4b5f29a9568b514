"""The supervisor, with small workers that start in an instant."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.patience import eventually
from tests.support.workers import Workers, is_running, supervised

FAKE = """
import os, socket, sys
from webhook_logger.serving.supervised import ACCEPTING, take_seat
seat = take_seat(os.environ)
folder = os.environ["FAKE_FOLDER"]
open(f"{folder}/{seat.number}.started", "w").close()
if os.path.exists(folder + "/fail"):
    sys.exit("cannot start")
control = socket.socket(fileno=seat.control)
while os.path.exists(folder + "/wait"):
    pass
control.send(ACCEPTING)
message = control.recv(64)
open(f"{folder}/{seat.number}.drained-{message.decode()}", "w").close()
"""
"""A worker that writes what happens to it into a folder."""

NO_REDIS = "redis://127.0.0.1:1"
"""No worker connects to this Redis."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[Workers]:
    fake = (sys.executable, "-c", FAKE)
    with Workers(supervised(fake), REDIS_URL=NO_REDIS, FAKE_FOLDER=folder) as server:
        yield server


def events(folder: Path, what: str) -> list[str]:
    """Return the names of the files of this kind, which begin with the number of a worker."""
    return sorted(path.name for path in folder.glob(f"*.{what}*"))


def replaced(server: Workers) -> bool:
    return "All workers are replaced" in server.log


def test_sighup_replaces_one_worker_after_the_other(server: Workers, folder: Path) -> None:
    os.kill(server.pid, signal.SIGHUP)
    eventually(lambda: replaced(server))
    assert events(folder, "drained") == ["1.drained-3", "2.drained-4"]
    assert len(server.workers) == 2


def test_sighup_during_a_restart_replaces_the_new_workers_too(
    server: Workers, folder: Path
) -> None:
    (folder / "wait").touch()
    os.kill(server.pid, signal.SIGHUP)
    eventually(lambda: events(folder, "started")[2:] == ["3.started"])
    os.kill(server.pid, signal.SIGHUP)
    eventually(lambda: server.log.count("SIGHUP") == 2)
    (folder / "wait").unlink()
    eventually(lambda: replaced(server))
    assert [name[0] for name in events(folder, "drained")] == ["1", "2", "3"]
    assert len(server.workers) == 2


def test_a_replacement_that_does_not_start_leaves_the_others_alone(
    server: Workers, folder: Path
) -> None:
    before = server.workers
    (folder / "fail").touch()
    os.kill(server.pid, signal.SIGHUP)
    eventually(lambda: "Worker 1 stays, and no other worker is replaced" in server.log)
    assert "cannot start" in server.log
    assert server.workers == before
    assert events(folder, "drained") == []


def test_a_worker_that_cannot_start_again_is_tried_less_and_less_often(
    server: Workers, folder: Path
) -> None:
    first, second = server.workers
    (folder / "fail").touch()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: "ended with status 1. Another one starts in 1.0 seconds" in server.log)
    assert "ended by SIGKILL. Another one starts in 0.5 seconds" in server.log
    (folder / "fail").unlink()
    os.kill(server.pid, signal.SIGHUP)  # does not wait
    eventually(lambda: replaced(server))
    assert second not in server.workers
    assert len(server.workers) == 2


def test_a_program_that_is_missing_for_a_time_leaves_the_others_alone(folder: Path) -> None:
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    command = (str(program), "-c", FAKE)
    with Workers(supervised(command), REDIS_URL=NO_REDIS, FAKE_FOLDER=folder) as server:
        first, second = before = server.workers
        program.rename(folder / "moved")
        os.kill(server.pid, signal.SIGHUP)
        eventually(lambda: "Worker 1 stays, and no other worker is replaced" in server.log)
        assert server.workers == before
        os.kill(first, signal.SIGKILL)
        eventually(lambda: "at its start (No such file or directory). Another" in server.log)
        (folder / "moved").rename(program)
        eventually(lambda: len(server.workers) == len(before))
        assert second in server.workers


def test_sigterm_during_a_restart_ends_all_workers(server: Workers, folder: Path) -> None:
    (folder / "wait").touch()
    os.kill(server.pid, signal.SIGHUP)
    eventually(lambda: len(server.workers) == 3)
    pids = server.workers
    assert server.end() == 0
    assert not any(map(is_running, pids))
    assert events(folder, "drained") == ["1.drained-0", "2.drained-0"]


def test_sigint_ends_all_workers_at_once(server: Workers, folder: Path) -> None:
    pids = server.workers
    os.kill(server.pid, signal.SIGINT)
    assert server.wait() == 0
    assert not any(map(is_running, pids))
    assert events(folder, "drained") == []
