"""Workers of two versions share a queue during an upgrade: no request is lost silently."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.chaos.cluster import Cluster
from tests.chaos.conftest import ROWS
from tests.support.patience import eventually
from tests.support.processes import ROOT

PREVIOUS = "f5bfff1"
"""The commit of the previous release."""
VERSION = 'VERSION = b"1"'
ENVELOPE = "webhook_logger/delivery/redis/envelope.py"
OURS = ("Inbox", "stream.js")
MANY = {"python-socketio": 2, "socket.io-client": 2, "Inbox": 2, "stream.js": 2}


def of_another_wire_version(folder: Path) -> None:
    """Write a server whose workers do not understand today's messages, nor the other way round."""
    for name in ("static", "templates", "docs"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("wsgi.py", "config.py"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "webhook_logger", folder / "webhook_logger")
    envelope = folder / ENVELOPE
    text = envelope.read_text()
    assert VERSION in text
    envelope.write_text(text.replace(VERSION, 'VERSION = b"0"'))


def of_previous_release(folder: Path) -> None:
    """Write the server of the previous release, with the bundled scripts of this one."""
    command = ["git", "archive", PREVIOUS]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(
            f"this clone lacks the previous release, {PREVIOUS}; run `git fetch --unshallow`"
        )
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    shutil.copytree(ROOT / "static/vendor", folder / "static/vendor")


def skipped(cluster: Cluster) -> list[float]:
    """Return the number of messages that each worker did not understand."""
    return [each.metrics()["queue_messages_unknown_total"] for each in cluster.workers]


def watch(cluster: Cluster, kinds: dict[str, int]) -> None:
    """Connect viewers of these kinds, and one to each worker, so that each receives messages."""
    for worker in cluster.workers:
        cluster.watch(1, url=worker.url)
    cluster.watch_with(kinds)


def until_accepted(cluster: Cluster, count: int) -> None:
    """Wait until this number of further requests is accepted, by both workers."""
    before = cluster.load.accepted
    eventually(lambda: cluster.load.accepted >= before + count)


@pytest.mark.long
def test_requests_of_another_wire_version_are_counted_as_missed(tmp_path: Path) -> None:
    of_another_wire_version(tmp_path)
    cluster = Cluster(ROWS, workers=2)
    cluster.workers[0].cwd = tmp_path
    with cluster:
        watch(cluster, {})
        with cluster.load.running(senders=4, per_second=100):
            until_accepted(cluster, 100)
        cluster.audit("workers of two wire versions")
        assert all(skipped(cluster))
        assert all(watcher.missed for watcher in cluster.watchers)


@pytest.mark.long
@pytest.mark.parametrize("recovery", [0, 60])
@pytest.mark.timeout(900)
def test_the_previous_release_is_upgraded_and_downgraded(tmp_path: Path, recovery: int) -> None:
    of_previous_release(tmp_path)
    cluster = Cluster(ROWS, workers=2, RECOVERY_SECONDS=recovery)
    for worker in cluster.workers:
        worker.cwd = tmp_path
    with cluster:
        watch(cluster, MANY)
        with cluster.load.running(senders=4, per_second=100):
            for folder in (ROOT, tmp_path):
                for worker in cluster.workers:
                    worker.cwd = folder
                    cluster.restart(worker)
                    until_accepted(cluster, 100)
                    assert not any(skipped(cluster))
        cluster.audit("upgrade from the previous release, and back")
        ours = [each for each in cluster.watchers if recovery or each.kind in OURS]
        assert {each.missed for each in ours} == {0}
