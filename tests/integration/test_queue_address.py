"""Workers connect to Redis in each way that docs/redis.md describes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import redis

from tests.integration.test_start import start_fails
from tests.support.deliveries import connect_delivery
from tests.support.patience import eventually
from tests.support.processes import Redis, Server, free_port
from tests.support.sender import post
from tests.support.sentinel import NAME, Sentinel
from tests.support.threads import records_of_this_thread
from tests.support.viewers import PacketViewer
from tests.wire_fixture import samples
from webhook_logger.delivery import (
    AddressError,
    Credentials,
    QueueAddress,
    QueueLimits,
    RoomManager,
    TlsFiles,
    UnsuitableQueue,
    queue_address,
)
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.redis_py import Connection

REDIS_MD = Path("docs/redis.md")
USER = ("ACL", "SETUSER", "worker", "on", ">p@ss", "~*", "&*", "+@all")


@dataclass(frozen=True)
class Encrypted:
    """A Redis with TLS, which requires certificates of its clients, and with a Unix socket."""

    redis: Redis
    tls_port: int
    certificate: str
    key: str
    socket: str


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encrypted]:
    folder = tmp_path_factory.mktemp("queue")
    files = (certificate, key, socket) = [
        str(folder / name) for name in ("own.pem", "own.key", "redis.sock")
    ]
    options = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
    names = ("-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate)
    subprocess.run(["openssl", "req", *options, *names], check=True, capture_output=True)
    port = free_port()
    tls = ("--tls-port", str(port), "--tls-ca-cert-file", certificate, "--tls-cert-file")
    with Redis(*tls, certificate, "--tls-key-file", key, "--unixsocket", socket) as queue:
        queue.client.execute_command(*USER)
        yield Encrypted(queue, port, *files)


def check(url: str) -> None:
    """Check the queue as a worker does at its start."""
    RedisDelivery(QueueAddress.parse(url), QueueLimits(), 0).check_setup()


def names(queue: Redis) -> list[str]:
    return [client["name"] for client in queue.client.client_list()]


def test_a_worker_connects_with_tls_certificates_and_a_password(
    encrypted: Encrypted, tmp_path: Path, uuid: str
) -> None:
    password = tmp_path / "password"
    password.write_text("p@ss\n")
    settings = {
        "REDIS_URL": f"rediss://localhost:{encrypted.tls_port}/1",
        "REDIS_CA_FILE": encrypted.certificate,
        "REDIS_CERT_FILE": encrypted.certificate,
        "REDIS_KEY_FILE": encrypted.key,
        "REDIS_USERNAME": "worker",
        "REDIS_PASSWORD_FILE": str(password),
    }
    auth = {"uuid": uuid}
    with Server(**settings) as server, PacketViewer(server.until_ready().url, auth) as viewer:
        viewer.event("joined")
        assert post(server.address, f"/{uuid}").status == 200
        viewer.event("request")
        purposes = {name.rpartition(":")[2] for name in names(encrypted.redis)}
        assert {"small", "large", "subscription"} <= purposes


def test_a_worker_connects_through_a_unix_socket(encrypted: Encrypted, uuid: str) -> None:
    url = f"unix://worker:p%40ss@{encrypted.socket}?db=2"
    delivery = connect_delivery(encrypted.redis, QueueLimits(), url)
    request = replace(samples()[0], uuid=uuid)
    assert delivery.publish(request).seq == 1
    for kind in ("normal", "pubsub"):
        encrypted.redis.client.client_kill_filter(_type=kind, skipme=True)
    # The worker notices that Redis closed the connection before it sends the request.
    assert delivery.publish(request).seq == 2
    RoomManager(url, write_only=True).emit("note", {}, to=uuid)


def test_sentinels_have_their_own_user_tls_and_names_of_hosts(encrypted: Encrypted) -> None:
    [rights] = re.findall(r"ACL SETUSER watcher on >s3ntinel (.*)", REDIS_MD.read_text())
    port, files = free_port(), (encrypted.certificate, encrypted.key)
    lines = (
        *(f"tls-port {port}", "tls-replication yes", f"tls-ca-cert-file {files[0]}"),
        *(f"tls-cert-file {files[0]}", f"tls-key-file {files[1]}"),
        *("sentinel resolve-hostnames yes", "sentinel announce-hostnames yes"),
        f"user watcher on >s3ntinel {rights}",
    )
    with Sentinel(encrypted.redis, *lines, host="localhost", port=encrypted.tls_port) as sentinel:
        url = f"rediss+sentinel://localhost:{port}/{NAME}"
        own, watcher = Credentials("worker", "p@ss"), Credentials("watcher", "s3ntinel")
        address = queue_address(url, 2.0, own, watcher, TlsFiles(files[0], *files))
        delivery = connect_delivery(encrypted.redis, QueueLimits(), address)
        assert delivery.publish(samples()[0]).epoch
        client = redis.Redis(port=sentinel.port)
        eventually(lambda: "watcher" in [each["user"] for each in client.client_list()])
        client.close()


def test_an_idle_connection_through_a_unix_socket_is_stale_when_redis_closes_it(
    encrypted: Encrypted,
) -> None:
    connection = Connection(QueueAddress.parse(f"unix://{encrypted.socket}").connect("stale"))
    assert not connection.is_stale()
    encrypted.redis.client.client_kill_filter(_type="normal", skipme=True)
    eventually(connection.is_stale)


def test_a_name_is_not_important(encrypted: Encrypted) -> None:
    queue = encrypted.redis
    queue.client.execute_command("ACL", "SETUSER", "unnamed", *USER[3:], "-client|setname")
    url = queue.url.replace("//", "//unnamed:p%40ss@")
    Connection(QueueAddress.parse(url).connect("unnamed")).close()


UNSUITABLE = {
    "leads to a node of a Redis Cluster": ("--cluster-enabled", "yes"),
    "cannot run the server's scripts: ERR unknown": ("--rename-command", "SCRIPT", ""),
    "cannot run the server's scripts: ERR Unknown": ("--rename-command", "HVALS", ""),
}


@pytest.mark.parametrize("message", UNSUITABLE)
def test_a_redis_that_can_never_work_is_refused_at_start(message: str, tmp_path: Path) -> None:
    with Redis(*UNSUITABLE[message], "--dir", str(tmp_path)) as queue:
        with pytest.raises(UnsuitableQueue, match=message):
            check(queue.url)


def test_a_sentinel_is_not_a_queue() -> None:
    with Redis() as queue, Sentinel(queue) as sentinel:
        with pytest.raises(UnsuitableQueue, match="leads to a Redis Sentinel"):
            check(f"redis://127.0.0.1:{sentinel.port}")


def test_a_redis_that_can_become_suitable_is_not_refused(caplog: pytest.LogCaptureFixture) -> None:
    check("redis://127.0.0.1:1")
    with Redis() as queue:
        queue.client.config_set("maxmemory-policy", "volatile-ttl")
        check(queue.url)
        assert not records_of_this_thread(caplog)
        queue.client.config_set("maxmemory", "100mb")
        check(queue.url)
        assert "volatile-ttl" in "".join(caplog.messages)
        queue.client.replicaof("127.0.0.1", 1)
        check(queue.url)
        queue.client.config_set("requirepass", "another")
        check(queue.url)


def test_the_server_says_why_it_does_not_start(tmp_path: Path) -> None:
    with Redis("--cluster-enabled", "yes", "--dir", str(tmp_path)) as queue:
        assert "Use redis+cluster://" in start_fails(REDIS_URL=queue.url)


CONFLICTS = {
    "REDIS_URL has a password, and so has REDIS_PASSWORD": (
        "redis://:one@h:1",
        {"credentials": Credentials(None, "two")},
    ),
    "REDIS_URL has a username": (
        "redis://a:b@h:1",
        {"credentials": Credentials("c", None)},
    ),
    "needs a REDIS_URL with redis": (
        "redis://h:1",
        {"sentinel_credentials": Credentials("a", "b")},
    ),
    "need a REDIS_URL with TLS": ("redis://h:1", {"tls": TlsFiles(ca="/a")}),
    "REDIS_KEY_FILE needs REDIS_CERT_FILE": ("rediss://h:1", {"tls": TlsFiles(key="/a")}),
    r"The file of REDIS_CA_FILE cannot be read: No such file": (
        "rediss://h:1",
        {"tls": TlsFiles(ca="/nowhere")},
    ),
    r"The file of REDIS_CERT_FILE is not a valid PEM file: ": (
        "rediss://h:1",
        {"tls": TlsFiles(certificate=__file__)},
    ),
}


@pytest.mark.parametrize("message", CONFLICTS)
def test_settings_that_contradict_each_other_are_named(message: str) -> None:
    url, settings = CONFLICTS[message]
    every = {"credentials": Credentials(), "sentinel_credentials": Credentials(), "tls": TlsFiles()}
    with pytest.raises(AddressError, match=message):
        queue_address(url, 2.0, **{**every, **settings})  # type: ignore[arg-type]
