"""`WORKERS=2` serves with two processes on one port, and replaces them without a gap."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.load import Load
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.polling import PollingViewer, UpgradingViewer
from tests.support.processes import COMMAND, ROOT, Redis, Server, free_port, patched, status_of
from tests.support.sender import Sender, post
from tests.support.viewers import PacketViewer
from tests.support.workers import Workers, is_running, supervised
from webhook_logger.client import CapturedRequest, ConnectionStatus, Inbox

POLLING_VIEWERS = 6
IDLE_SENDERS = 8


@pytest.fixture(scope="module")
def server() -> Iterator[Workers]:
    """Two workers with a private Redis. The last test of this file ends them."""
    with Workers(PORT=0) as server:
        yield server.until_all_ready()


class ScatteredViewer(PollingViewer):
    """A polling viewer that opens a new connection for each request, as through some proxies."""

    def _ask(self, method: str, body: str | None = None) -> str:
        self._http.close()
        return super()._ask(method, body)


def kill_worker(server: Workers) -> int:
    """Kill one worker, wait until the other one works alone, and return the id of the process."""
    pid = server.workers[0]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: pid not in server.workers)
    return pid


def test_the_url_is_printed_when_all_workers_accept_connections(server: Workers) -> None:
    assert re.fullmatch(
        r"Webhook logger: open http://127\.0\.0\.1:\d+/ "
        r"\(delivery through a private Redis, 2 workers\)\n",
        server.first_line,
    )
    assert len(server.redis) == 1


def test_polling_viewers_stay_on_their_worker(server: Workers, uuid: str) -> None:
    with ExitStack() as stack:
        kinds = [*[ScatteredViewer] * POLLING_VIEWERS, *[UpgradingViewer] * POLLING_VIEWERS]
        viewers = [stack.enter_context(kind(server.url, {"uuid": uuid})) for kind in kinds]
        for viewer in viewers:
            viewer.event("joined")
        assert len({viewer.open["sid"].partition(".")[2] for viewer in viewers}) == 2
        for seq in (1, 2, 3):
            response = post(server.address, f"/{uuid}")
            assert response.headers["webhook-viewers"] == str(len(viewers))
            assert [viewer.requests(1)[0]["seq"] for viewer in viewers] == [seq] * len(viewers)


def test_a_session_of_no_worker_is_unknown(server: Workers) -> None:
    path = "/socket.io/?EIO=4&transport=polling&sid=a.999"
    with Sender(server.address) as sender:
        sender.send(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        assert b"session_unknown" in sender.response().body


def test_metrics_are_the_sums_of_all_workers_even_of_a_killed_one(
    server: Workers, uuid: str
) -> None:
    before, delivered = counters(server)
    with ExitStack() as stack:
        viewers = [stack.enter_context(PacketViewer(server.url, {"uuid": uuid})) for _ in range(12)]
        for viewer in viewers:
            viewer.event("joined")
        for _ in range(20):
            assert post(server.address, f"/{uuid}").status == 200
        eventually(lambda: counters(server) == (before + 20, delivered + 20 * len(viewers)))
        for _ in range(4):  # either worker responds
            assert counters(server) == (before + 20, delivered + 20 * len(viewers))
        kill_worker(server)
        assert counters(server) == (before + 20, delivered + 20 * len(viewers))
        assert post(server.address, f"/{uuid}").status == 200
    server.until_all_ready()
    assert counters(server)[0] == before + 21


def counters(server: Workers) -> tuple[float, float]:
    """Return the numbers of accepted and of delivered requests."""
    values = server.metrics()
    return values["requests_accepted_total"], values["requests_delivered_total"]


def test_a_killed_worker_is_replaced_and_the_other_one_is_not_disturbed(
    server: Workers, uuid: str
) -> None:
    with ExitStack() as stack:
        viewers = [stack.enter_context(PacketViewer(server.url, {"uuid": uuid})) for _ in range(12)]
        for viewer in viewers:
            viewer.event("joined")
        killed = kill_worker(server)
        load = Load(server.address, uuid)
        load.send(20, senders=4)
        assert load.outcomes == {"accepted": 20}
        alive = [viewer for viewer in viewers if receives(viewer, 20)]
        assert 0 < len(alive) < len(viewers)
    server.until_all_ready()
    assert killed not in server.workers
    assert len(re.findall(r"ended by SIGKILL. Another one starts in 0.5", server.log)) >= 1


def receives(viewer: PacketViewer, count: int) -> bool:
    """Return whether the viewer receives this number of requests before its connection ends."""
    try:
        assert [request["seq"] for request in viewer.requests(count)] == list(range(1, count + 1))
    except OSError:
        return False
    return True


def test_a_rolling_restart_is_not_noticed(server: Workers) -> None:
    before = server.workers
    done = server.log.count("All workers are replaced")
    with Inbox(server.url) as inbox, ExitStack() as stack:
        path = "/" + inbox.uuid
        idle = [stack.enter_context(Sender(server.address)) for _ in range(IDLE_SENDERS)]
        for sender in idle[: IDLE_SENDERS // 2]:  # the others have never sent a request
            assert request(sender, path) == 200
        load = Load(server.address, inbox.uuid)
        with load.running(senders=4, per_second=40):
            os.kill(server.pid, signal.SIGHUP)
            eventually(lambda: server.log.count("All workers are replaced") == done + 1)
        # Each connection is now on a new worker, and still open.
        assert [request(sender, path) for sender in idle] == [200] * len(idle)
        sent = load.accepted + len(idle) + IDLE_SENDERS // 2
        seqs = []
        for event in inbox.events():
            if isinstance(event, CapturedRequest):
                seqs.append(event.seq)
            elif isinstance(event, ConnectionStatus):
                assert event.state == "live"
            if len(seqs) == sent:
                break
    assert load.outcomes == {"accepted": load.accepted}
    assert seqs == list(range(1, sent + 1))
    assert not set(before) & set(server.workers)
    assert server.ready() == 2


def request(sender: Sender, path: str) -> int:
    sender.send(f"POST {path} HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n".encode())
    return sender.response("POST").status


def test_a_private_redis_that_dies_is_started_again(server: Workers, uuid: str) -> None:
    [redis] = server.redis
    os.kill(redis, signal.SIGKILL)
    eventually(lambda: server.redis not in ([], [redis]))
    server.until_all_ready()
    assert post(server.address, f"/{uuid}").status == 200


def test_a_second_server_on_the_port_is_refused(server: Workers) -> None:
    for workers in (1, 2):
        assert "Address already in use" in fails(PORT=server.address[1], WORKERS=workers)


def test_a_worker_that_is_not_ready_replaces_no_other_and_none_outlives_the_supervisor() -> None:
    impatient = patched("from webhook_logger.serving import team", "team.REPLACEMENT_SECONDS = 0.1")
    with Workers(supervised(impatient)) as server:
        before = server.until_all_ready().workers
        [redis] = server.redis
        os.kill(redis, signal.SIGSTOP)
        eventually(lambda: server.ready() == 0)
        os.kill(server.pid, signal.SIGHUP)
        eventually(lambda: "stays, and no other worker is replaced" in server.log)
        assert "This worker cannot replace another one" in server.log
        os.kill(redis, signal.SIGCONT)
        assert server.until_all_ready().workers == before
        server.end(kill=True)
        eventually(lambda: not any(map(is_running, (*before, redis))))
        with pytest.raises(ConnectionRefusedError):
            post(server.address, "/")


def test_an_error_at_the_start_is_reported_once() -> None:
    assert fails(WORKERS="none") == (
        "The setting WORKERS must be a whole number from 1 to 256, or auto; it is 'none'.\n"
    )
    with Redis("--save", "3600 1") as persistent:
        error = fails(WORKERS=2, REDIS_URL=persistent.url, RECOVERY_SECONDS=60, PORT=free_port())
    assert error.count("not kept for recovery") == 1
    assert len(error.splitlines()) == 2  # one says that the worker starts


def fails(**settings: object) -> str:
    """Start a server that must fail, and return its standard error."""
    process = subprocess.run(
        COMMAND,
        cwd=ROOT,
        env={**os.environ, **{name: str(value) for name, value in settings.items()}},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (process.returncode, process.stdout) == (1, "")
    return process.stderr


def test_one_worker_starts_when_no_redis_is_installed() -> None:
    with Server(WORKERS=2, PATH=Path(sys.executable).parent) as server:
        assert "Several workers need a Redis" in server.log
        assert "without a queue" in server.first_line
        assert status_of(server.url + "/readyz") == 200


def test_sigterm_drains_all_workers_and_a_second_signal_ends_them(
    server: Workers, uuid: str
) -> None:
    pids = server.children
    with PacketViewer(server.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        server.terminate()
        assert viewer.event("bye")["reason"] == "draining"
        assert server.is_running
        server.terminate()
        assert server.wait() == 0
    assert not any(map(is_running, pids))


def test_the_server_ends_if_another_one_takes_its_port_while_it_starts() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))
        # Without its queue, a worker waits before it listens.
        settings = {
            "WORKERS": "2",
            "PORT": str(other.getsockname()[1]),
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}",
        }
        with subprocess.Popen(
            [sys.executable, "wsgi.py"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr
            assert "Worker 1 starts" in process.stderr.readline()
            other.listen()
            assert "Cannot listen on http://127.0.0.1" in process.stderr.read()
            assert process.wait(PATIENCE_SECONDS) == 1
