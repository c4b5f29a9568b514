"""`listen --forward` forwards every request, in order and byte by byte."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import select
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import COMMAND, Command, environment, invoke
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import ROOT, Redis, Server, free_port
from tests.support.sender import Sender, post

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"type":  "order.created",\r\n "name": "Zoë \\u00eb", "n": 1.50, "esc": "\\/"}'.encode()


def send_many(server: Server, uuid: str, count: int) -> None:
    """Send requests on one connection, each with its number as its body."""
    requests = [
        b"POST /%b/n HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%d"
        % (uuid.encode(), len(str(number)), number)
        for number in range(count)
    ]
    with Sender(server.address) as sender:
        writer = threading.Thread(target=lambda: sender.send(b"".join(requests)))
        writer.start()
        responded = b""
        while responded.count(b"HTTP/1.1 200 ") < count:
            received = sender.socket.recv(262_144)
            assert received
            responded += received
        writer.join()


def missed_by(listen: Command) -> int:
    """Return the number of requests that it reported as missed."""
    return sum(map(int, re.findall(r"(\d+) requests? w\w+ missed", listen.notes.all)))


def body_of(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("order", [("--in-order",), ()])
@pytest.mark.parametrize("many", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_thousands_of_requests_are_forwarded_without_loss_or_reordering(
    uuid: str, many: int, order: tuple[str, ...]
) -> None:
    # The server queues all of them for a viewer, so that it misses none on a slow machine.
    with Server(MAX_VIEWER_QUEUE_BYTES=2**26) as server, Endpoint() as endpoint:
        arguments = (f"{server.url}/{uuid}", "--json", "--count", str(many), *order)
        with Command("listen", *arguments, "--forward", endpoint.url) as listen:
            listen.notes.until("Live.")
            send_many(server, uuid, many)
            assert listen.wait() == 0
        assert endpoint.waiting == many
        numbers = [int(body_of(endpoint.received())) for _ in range(many)]
    assert (numbers if order else sorted(numbers)) == list(range(many))
    assert listen.notes.all.count("  200  ") == many


@pytest.mark.parametrize("in_order", [True, False])
def test_requests_missed_during_a_restart_are_counted(
    redis: Redis, uuid: str, in_order: bool
) -> None:
    with Server(REDIS_URL=redis.url) as one, Server(REDIS_URL=redis.url) as other:
        other.until_ready()
        with Endpoint() as endpoint:
            arguments = [f"{one.until_ready().url}/{uuid}", "--forward", endpoint.url, "--json"]
            arguments += ["--in-order"] if in_order else []
            with Command("listen", *arguments) as listen:
                listen.notes.until("Live.")
                sending = threading.Thread(target=send_many, args=(other, uuid, 1900))
                sending.start()
                for _ in range(200):
                    endpoint.received()
                one.end(kill=True)
                listen.notes.until("Not live")
                sending.join()  # may have finished before the end of the server
                send_many(other, uuid, 100)
                one.start().until_ready()
                listen.notes.until("Live.")
                post(other.address, f"/{uuid}/last", b"9999")
                listen.notes.until("/last")
                # Without --in-order, earlier requests may still be pending.
                eventually(lambda: 200 + endpoint.waiting + missed_by(listen) == 2001)
                listen.interrupt()
            bodies = [int(body_of(endpoint.received())) for _ in range(endpoint.waiting)]
    assert missed_by(listen)
    if in_order:
        assert bodies == sorted(bodies)


def github(head: dict[str, str], body: bytes) -> bool:
    hashed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return head["X-Hub-Signature-256"] == f"sha256={hashed}"


def stripe(head: dict[str, str], body: bytes) -> bool:
    fields = dict(part.split("=", 1) for part in head["Stripe-Signature"].split(","))
    signed = fields["t"].encode() + b"." + body
    return fields["v1"] == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()


def standard_webhooks(head: dict[str, str], body: bytes) -> bool:
    lines = {name.lower(): value for name, value in head.items()}
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{lines['webhook-id']}.{lines['webhook-timestamp']}.".encode() + body
    hashed = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return lines["webhook-signature"] == f"v1,{hashed}"


@pytest.mark.parametrize(
    ("provider", "verifies"),
    [("github", github), ("stripe", stripe), ("standard-webhooks", standard_webhooks)],
)
def test_signatures_of_forwarded_requests_still_verify(
    memory_server: Server,
    uuid: str,
    tmp_path: Path,
    provider: str,
    verifies: Callable[[dict[str, str], bytes], bool],
) -> None:
    path = tmp_path / "body.json"
    path.write_bytes(BODY)
    url = f"{memory_server.url}/{uuid}"
    with Endpoint() as endpoint:
        with Command("listen", url, "--forward", endpoint.url, "--count", "1") as listen:
            listen.notes.until("Live.")
            invoke("send", url, "--sign", provider, "-d", f"@{path}", WEBHOOK_SECRET=SECRET)
            assert listen.wait() == 0
        head, _, body = endpoint.received().partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
    assert body == BODY
    assert verifies(lines, body)
    assert not verifies(lines, body.replace(b"  ", b" "))


def test_the_original_host_and_scheme_reach_the_target(memory_server: Server, uuid: str) -> None:
    with Endpoint() as endpoint:
        for keep in ((), ("--keep-host",)):
            arguments = (f"{memory_server.url}/{uuid}", "--forward", str(endpoint.port), *keep)
            with Command("listen", *arguments, "--count", "1") as listen:
                listen.notes.until("Live.")
                post(memory_server.address, f"/{uuid}", b"", "X-Forwarded-Host: evil")
                assert listen.wait() == 0
            lines = endpoint.received().decode().split("\r\n")
            host = "test" if keep else f"localhost:{endpoint.port}"
            assert lines[1] == f"Host: {host}"
            assert "X-Forwarded-Host: test" in lines
            assert "X-Forwarded-Proto: http" in lines
            assert "evil" not in str(lines)


def test_each_target_has_its_own_line(memory_server: Server, uuid: str) -> None:
    gone = f"http://127.0.0.1:{free_port()}/gone"
    no = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    with Endpoint() as one, Endpoint(lambda _: no) as other:
        targets = [part for url in (one.url, other.url, gone) for part in ("--forward", url)]
        arguments = (f"{memory_server.url}/{uuid}", *targets, "--count", "1")
        with Command("listen", *arguments) as listen:
            listen.notes.until("Live.")
            post(memory_server.address, f"/{uuid}/a?b=c")
            assert listen.wait() == 1
        assert one.received().startswith(b"POST /a?b=c ")
        assert other.received().startswith(b"POST /a?b=c ")
    lines = [line for line in listen.out.all.split("\n") if " → " in line]
    assert len(lines) == 3
    for url, outcome in ((one.url, "  200  2 B  "), (other.url, "  500  0 B  "), (gone, "refused")):
        [line] = [line for line in lines if f"#1 POST /a?b=c → {url}  " in line]
        assert outcome in line
        assert re.search(r"  (\d+ ms|\d+\.\d s)$", line)


def test_a_request_without_its_body_is_reported_and_not_forwarded(uuid: str) -> None:
    with Server(MAX_BODY_BYTES=10) as server, Endpoint() as endpoint:
        arguments = (f"{server.url}/{uuid}", "--forward", endpoint.url, "--count", "2")
        with Command("listen", *arguments) as listen:
            listen.notes.until("Live.")
            post(server.address, f"/{uuid}/large", b"12345678901")
            post(server.address, f"/{uuid}/small", b"1234567890")
            assert listen.wait() == 1
        assert endpoint.received().startswith(b"POST /small ")
        assert endpoint.waiting == 0
    assert "#1 POST /large is not forwarded: its body of 11 B was over" in listen.notes.all


def test_ctrl_c_reports_pending_requests(memory_server: Server, uuid: str) -> None:
    go = threading.Event()

    def slow(request: bytes) -> bytes:
        go.wait(PATIENCE_SECONDS)
        return b""

    with Endpoint(slow) as endpoint:
        arguments = (f"{memory_server.url}/{uuid}", "--forward", endpoint.url, "--in-order")
        with Command("listen", *arguments) as listen:
            listen.notes.until("Live.")
            for _ in range(3):
                post(memory_server.address, f"/{uuid}")
            listen.out.until("#3")
            endpoint.received()
            assert listen.interrupt() == 130
        go.set()
    # The third request is shown before it is queued.
    assert re.search(r"[23] requests were still on the way to a target\.\n", listen.notes.all)


def test_listen_works_with_a_url_prefix() -> None:
    with Server(URL_PREFIX="/hooks") as server, Endpoint() as endpoint:
        arguments = (f"{server.url}/hooks", "--forward", f"{endpoint.url}/to", "--count", "1")
        with Command("listen", *arguments) as listen:
            url = listen.notes.until("URL for senders:").partition(":")[2].strip()
            assert url.startswith(f"{server.url}/hooks/")
            listen.notes.until("Live.")
            post(server.address, url.removeprefix(server.url) + "/a")
            assert listen.wait() == 0
        assert endpoint.received().startswith(b"POST /to/a HTTP/1.1\r\n")
    assert "  POST    /a  0 B  " in listen.out.all


@pytest.mark.parametrize("forward", [True, False])
def test_ctrl_c_ends_listen_while_its_output_is_blocked(
    memory_server: Server, uuid: str, forward: bool
) -> None:
    reader, writer = os.pipe()
    with Endpoint() as endpoint, os.fdopen(reader), os.fdopen(writer, "w") as pipe:
        target = ("--forward", endpoint.url) if forward else ()
        command = [*COMMAND, "listen", f"{memory_server.url}/{uuid}", *target]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=pipe, stderr=subprocess.PIPE, text=True
        ) as listen:
            try:
                assert listen.stderr
                while "Live." not in listen.stderr.readline():
                    assert listen.poll() is None
                send_many(memory_server, uuid, 3000)
                eventually(lambda: not select.select((), (pipe,), (), 0)[1])
                listen.send_signal(signal.SIGINT)
                assert listen.wait(PATIENCE_SECONDS) == 130
            finally:
                listen.kill()
