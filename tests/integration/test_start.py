"""The server starts, stops, and explains why it cannot start."""

from __future__ import annotations

import os
import platform
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config import Config, ConfigError
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import ROOT, Redis, Server, status_of
from tests.support.sender import Sender, post
from tests.support.viewers import PacketViewer, Viewer

NO_SUCH_KEY = -2
"""The time to live that Redis reports for a missing key."""


def start_fails(*arguments: str, **settings: str) -> str:
    """Start a server that must fail, and return its standard error."""
    process = subprocess.run(
        [sys.executable, "wsgi.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "PORT": "0", **settings},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (process.returncode, process.stdout) == (1, "")
    assert "Traceback" not in process.stderr
    return process.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", ""),
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "8_000"),
        ("QUEUE_TIMEOUT", "0"),
        ("QUEUE_TIMEOUT", "1e3"),
        ("QUEUE_BACKLOG", "0"),
        ("MAX_BODY_BYTES", "1MB"),
        ("CORS_ALLOWED_ORIGINS", "tools.example.com"),
        ("CORS_ALLOWED_ORIGINS", "https://tools.example.com/path"),
        ("CORS_ALLOWED_ORIGINS", ""),
        ("FRAME_ANCESTORS", ""),
        ("FRAME_ANCESTORS", "none, self"),
        ("FRAME_ANCESTORS", "https://a.example; script-src *"),
        ("URL_PREFIX", "hooks"),
        ("URL_PREFIX", "/a//b"),
        ("URL_PREFIX", "/../a"),
        ("URL_PREFIX", "/a b"),
        ("CALLBACK_URL", "hooks.example.com"),
        ("CALLBACK_URL", "https://me@hooks.example.com"),
        ("CALLBACK_URL", "https://hooks.example.com:port"),
        ("CALLBACK_URL", "https://hooks.example.com/?a"),
        ("DASHBOARD_URL", "ftp://hooks.example.com"),
        ("DASHBOARD_URL", "https://a,b"),
        ("MAX_VIEWERS", "many"),
        ("MAX_HEADER_LINES", "0"),
        ("HEAD_SECONDS", "0"),
        ("TRUSTED_PROXIES", "yes"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_the_error_for_an_invalid_setting_names_it(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        Config.from_environ({name: value})
    said = str(wrong.value)
    assert said.startswith(f"The setting {name} ")
    assert repr(value) in said
    assert "\n" not in said


@pytest.mark.parametrize(("option", "value"), [("save", "60 1"), ("appendonly", "yes")])
def test_a_server_with_recovery_does_not_start_if_redis_writes_to_a_disk(
    tmp_path: Path, option: str, value: str
) -> None:
    with Redis("--dir", str(tmp_path), f"--{option}", value) as redis:
        assert "RECOVERY_SECONDS" in start_fails(REDIS_URL=redis.url, RECOVERY_SECONDS="60")
        with Server(REDIS_URL=redis.url) as server:
            server.until_ready()
        redis.client.config_set(option, "no" if option == "appendonly" else "")
        with Server(REDIS_URL=redis.url, RECOVERY_SECONDS=60) as server:
            server.until_ready()


@pytest.mark.parametrize(
    ("name", "value"), [("MAX_VIEWERS", "many"), ("REDIS_URL", "redis://:s3cret@queue:port/0")]
)
def test_the_server_does_not_start_with_an_invalid_setting(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        Config.from_environ({name: value})
    said = start_fails(**{name: value})
    assert said == f"{wrong.value}\n"
    assert "s3cret" not in said


def test_the_server_does_not_start_with_one_of_two_hosts() -> None:
    said = start_fails(CALLBACK_URL="https://hooks.example.com")
    assert said == "The settings CALLBACK_URL and DASHBOARD_URL must be set together.\n"


def test_arguments_are_refused() -> None:
    assert "takes no arguments" in start_fails("--port=8000")


def test_the_server_does_not_start_on_a_port_in_use(memory_server: Server) -> None:
    port = memory_server.address[1]
    assert start_fails(PORT=str(port)).strip() == (
        f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Set HOST to an address "
        "of this machine, and PORT to a free port."
    )


def test_the_server_does_not_start_on_an_unavailable_address() -> None:
    assert start_fails(HOST="203.0.113.1").startswith("Cannot listen on 203.0.113.1, port 0: ")


def test_the_server_prints_one_line_with_its_url_and_queue(redis: Redis) -> None:
    with Server() as server:
        line = rf"Webhook logger: open {re.escape(server.url)}/ \(.*without a queue\)\n"
        assert re.fullmatch(line, server.first_line)
        assert server.log == ""
    with Server(REDIS_URL=redis.url.replace("//", "//:secret@")) as server:
        assert f"through the queue {redis.url}" in server.first_line
        assert "secret" not in server.first_line


def test_a_server_imports_a_resolver_only_if_its_queue_has_a_name(redis: Redis) -> None:
    command = (sys.executable, "-X", "importtime", "wsgi.py")
    with Server(command, REDIS_URL=redis.url) as server:
        server.until_ready()
        assert "redis.connection" in server.log
        assert "dns.resolver" not in server.log
    with Server(command, REDIS_URL=redis.url.replace("127.0.0.1", "localhost")) as server:
        server.until_ready()
        assert "dns.resolver" in server.log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_at_once_even_with_viewers(
    number: signal.Signals, uuid: str
) -> None:
    with (
        Server() as server,
        PacketViewer(server.url, {"uuid": uuid}) as viewer,
        Sender(server.address),
    ):
        viewer.events(1)
        os.kill(server.pid, number)
        assert server.wait() == 0
        assert server.log.count("\n") == (number == signal.SIGTERM)


def test_a_signal_right_after_the_first_line_ends_the_server() -> None:
    with subprocess.Popen(
        [sys.executable, "wsgi.py"],
        cwd=ROOT,
        env={**os.environ, "PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Webhook logger: open")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_imports_ends_the_server_quietly(
    number: signal.Signals, tmp_path: Path
) -> None:
    # Replace the first imported library by a module that reports its import and waits.
    (tmp_path / "eventlet.py").write_text(
        "print('imports', flush=True); import time; time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "wsgi.py"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "imports\n"
        process.send_signal(signal.SIGHUP)
        process.send_signal(number)
        assert process.wait(PATIENCE_SECONDS) == 128 + number
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_on_every_address_ipv4_senders_have_ipv4_addresses(uuid: str) -> None:
    with Server(HOST="::") as server, Viewer(server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        for address in ("::1", "127.0.0.1"):
            post((address, server.address[1]), f"/{uuid}")
            assert viewer.event("request")["remote_addr"] == address
        os.kill(server.pid, signal.SIGHUP)
        eventually(lambda: "SIGHUP" in server.log)
        assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "1"


def test_a_restart_without_a_queue_begins_a_new_epoch(uuid: str) -> None:
    with Server() as server:
        with Viewer(server.url, uuid=uuid) as viewer:
            epoch = viewer.event("joined")["epoch"]
        server.end(kill=True)
        server.start()
        with Viewer(server.url, uuid=uuid, epoch=epoch, seq=0) as again:
            joined = again.event("joined")
            assert joined["epoch"] != epoch
            assert joined["missed"] is None


def test_a_queue_that_refuses_the_password_is_named_in_the_log(uuid: str) -> None:
    with Redis() as redis:
        redis.client.config_set("requirepass", "secret")
        with Server(REDIS_URL=redis.url) as server:
            assert post(server.address, f"/{uuid}").status == 503
            eventually(lambda: "Authentication required" in server.log)
        with Server(REDIS_URL=redis.url.replace("//", "//:secret@")) as server:
            server.until_ready()
            assert post(server.address, f"/{uuid}").status == 200


def test_errors_of_the_queue_do_not_contain_its_password() -> None:
    # Without the command AUTH, the error of Redis quotes the arguments.
    with Redis("--rename-command", "AUTH", "") as redis:
        with Server(REDIS_URL=redis.url.replace("//", "//user:s3cret@")) as server:
            eventually(lambda: "unknown command" in server.log)
            assert status_of(f"{server.url}/readyz") == 503
            for shown in (server.log, server.first_line, str(server.metrics())):
                assert "s3cret" not in shown


def test_the_server_accepts_more_than_1024_connections(uuid: str) -> None:
    with Server() as server:
        idle = [socket.create_connection(server.address) for _ in range(900)]
        viewers = [PacketViewer(server.url, {"uuid": uuid}) for _ in range(150)]
        try:
            for viewer in viewers:
                viewer.events(1)
            assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "150"
        finally:
            for connection in (*idle, *(viewer._socket for viewer in viewers)):
                connection.close()


def test_a_low_descriptor_limit_reserves_connections_for_senders(uuid: str) -> None:
    limited = ["bash", "-c", 'ulimit -n 256; exec "$0" wsgi.py', sys.executable]
    with Server(command=limited) as server:
        viewers = []
        try:
            for _ in range(115):
                viewers.append(PacketViewer(server.url, {"uuid": uuid}))
                viewers[-1].events(1)
            with pytest.raises(Exception, match="503"):
                PacketViewer(server.url, {"uuid": uuid})
            assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "115"
            viewers.pop().cut_off()
            eventually(lambda: post(server.address, f"/{uuid}").headers["webhook-viewers"] == "114")
            viewers.append(PacketViewer(server.url, {"uuid": uuid}))
            viewers[-1].events(1)
        finally:
            for viewer in viewers:
                viewer._socket.close()


def test_the_server_starts_without_its_queue_and_connects_later(uuid: str) -> None:
    redis = Redis()
    with Server(REDIS_URL=redis.url) as server, Viewer(server.url) as viewer:
        assert status_of(server.url + "/healthz") == 200
        assert status_of(server.url + "/readyz") == 503
        response = post(server.address, f"/{uuid}")
        assert response.status == 503
        assert int(response.headers["retry-after"]) > 0
        assert "webhook-viewers" not in response.headers
        assert response.headers["access-control-allow-origin"] == "*"
        with PacketViewer(server.url, {"uuid": uuid}) as waiting, redis:
            assert waiting.packet()[0] == "40", "connected but not joined"
            server.until_ready()
            assert viewer.call("join", {"uuid": uuid})["ok"] is True
            assert waiting.events(1)[0][0] == "joined"
            assert post(server.address, f"/{uuid}").status == 200
            assert waiting.requests(1)[0]["seq"] == 1
            assert viewer.event("request")["seq"] == 1


def test_the_server_recovers_when_the_queue_restarts(uuid: str) -> None:
    redis = Redis()
    with (
        redis,
        Server(REDIS_URL=redis.url) as server,
        PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer,
    ):
        viewer.events(1)
        post(server.address, f"/{uuid}")
        assert viewer.requests(1)[0]["seq"] == 1
        redis.end()
        assert viewer.event("status") == {"queue": "down", "reason": "The queue is unavailable."}
        eventually(lambda: post(server.address, f"/{uuid}").status == 503)
        assert status_of(server.url + "/readyz") == 503
        redis.start()
        server.until_ready()
        assert viewer.event("status") == {"queue": "up", "reason": None}
        [(name, joined)] = viewer.events(1)
        # The queue has lost its data, but the worker knows the last request.
        assert (name, joined["missed"]) == ("joined", 0)
        assert post(server.address, f"/{uuid}").status == 200
        assert viewer.requests(1)[0]["seq"] == 1


def test_viewers_count_missed_requests_after_a_lost_subscription(uuid: str) -> None:
    with (
        Redis() as redis,
        Server(REDIS_URL=redis.url) as server,
        PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer,
    ):
        viewer.events(1)
        post(server.address, f"/{uuid}")
        viewer.requests(1)
        redis.client.client_kill_filter(_type="pubsub")
        accepted = [post(server.address, f"/{uuid}").status for _ in range(5)]
        assert accepted == [200] * 5
        # Requests before the new subscription are missed; the others follow after `joined`.
        [(name, joined)] = viewer.events(1)
        assert (name, joined["missed"]) == ("joined", joined["seq"] - 1)
        post(server.address, f"/{uuid}")
        rest = [request["seq"] for request in viewer.requests(7 - joined["seq"])]
        assert rest == list(range(joined["seq"] + 1, 8))


def test_the_queue_stores_no_request_and_every_key_expires(
    redis: Redis, two_workers: tuple[Server, Server], uuid: str
) -> None:
    with Viewer(two_workers[0].url, uuid=uuid) as viewer:
        viewer.event("joined")
        post(two_workers[0].address, f"/{uuid}", b"a secret of the sender")
        viewer.event("request")
        for key in redis.client.keys("*"):
            days = 7 if key.endswith(":reply") else 1  # other tests set replies in this Redis
            left = redis.client.pttl(key)
            # Keys of other tests may expire meanwhile.
            assert left == NO_SUCH_KEY or 0 <= left <= days * 24 * 60 * 60 * 1000
            assert "secret" not in str(redis.client.hgetall(key))


def test_the_build_info_says_whether_modules_are_compiled(memory_server: Server) -> None:
    [info] = [name for name in memory_server.metrics() if name.startswith("build_info{")]
    compiled = "yes" if (ROOT / ".compiled").exists() else "no"
    assert f'compiled="{compiled}"' in info
    assert f'python="{platform.python_version()}"' in info


def test_metrics_count_requests_and_viewers(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with Viewer(server.until_ready().url, uuid=uuid) as viewer:
            before = server.refusals()  # refusals of `/readyz` before the queue was ready
            viewer.event("joined")
            for _ in range(3):
                post(server.address, f"/{uuid}", b"four")
                viewer.event("request")
            post(server.address, f"/{uuid}/status/418")
            viewer.event("request")
            # Counted after the viewer's socket was written. Not each request is measured.
            eventually(lambda: server.metrics()["delivery_write_seconds_count"] >= 1)
            shown = server.metrics()
            assert shown == shown | {
                "requests_accepted_total": 4,
                "request_body_bytes_total": 12,
                "request_publish_seconds_count": 4,
                "requests_in_flight": 1,  # of `/metrics`
                'responses_total{by="default",status="2xx"}': 3,
                'responses_total{by="path",status="4xx"}': 1,
                "live_responses_total": 0,
                "handshake_responses_total": 0,
                "requests_delivered_total": 4,
                "requests_recovered_total": 0,
                "requests_missed_total": 0,
                "requests_read_total": 4,
                "gaps_total": 0,
                'senders_held{reason="response"}': 0,
                "viewers": 1,
                "viewers_turned_away_total": 0,
                "viewers_handed_over_total": 0,
                "rooms": 1,
                "draining": 0,
                "queue_up": 1,
                "queue_resubscriptions_total": 0,
                "queue_messages_unknown_total": 0,
            }
            assert 12 < shown["delivered_bytes_total"] < 10_000
            assert 2 <= shown["connections"] < shown["connections_limit"]
            assert 1 < shown["viewers_limit"] < shown["connections_limit"]
            assert shown["queue_heartbeat_age_seconds"] > 0
            assert shown["queue_round_trip_seconds_count"] >= 4
            assert 0 == shown["queue_backlog_bytes"] < shown["queue_backlog_limit_bytes"]
            assert server.refusals() == before
        redis.end()
        eventually(lambda: server.metrics()["queue_up"] == 0)
        eventually(lambda: server.metrics()["viewers"] == 0)
        assert post(server.address, f"/{uuid}").status == 503
        shown = server.metrics()
        assert shown['responses_total{by="refused",status="5xx"}'] == 1
        assert shown["event_loop_lag_seconds_count"] > 0
        assert server.refusals()["queue_unavailable"] == before.get("queue_unavailable", 0) + 1
