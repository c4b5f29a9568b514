"""`OPEN_CALLBACKS=off`, `REPLIES=off`, the block list and the operator's top list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.integration.test_private import join, reason
from tests.integration.test_replies import ask
from tests.support.command import Command, run
from tests.support.patience import eventually
from tests.support.polling import PollingViewer
from tests.support.processes import Redis, Server
from tests.support.sender import Response, Sender, post
from tests.support.viewers import PacketViewer
from webhook_logger.callbacks import VIEW_KEY_HEADER, new_key, uuid_of_key

HANDSHAKE = b'{"type": "url_verification", "challenge": "3eZbrw1aB"}'


@pytest.fixture(scope="module")
def strict(redis: Redis) -> Iterator[Server]:
    """A worker with private callbacks and default responses only."""
    with Server(REDIS_URL=redis.url, OPEN_CALLBACKS="off", REPLIES="off") as server:
        yield server.until_ready()


@pytest.fixture(params=["random", "another variant"])
def refused_uuid(request: pytest.FixtureRequest) -> str:
    """A UUID that no key has."""
    if request.param == "random":
        return str(uuid4())
    return str(UUID(int=UUID(uuid_of_key(new_key())).int | 3 << 62))


def callback() -> tuple[str, str, str]:
    """Return the UUID, the key, and the header line of a private callback."""
    key = new_key()
    return uuid_of_key(key), key, f"{VIEW_KEY_HEADER}: {key}"


def test_requests_to_open_callbacks_are_refused(strict: Server, refused_uuid: str) -> None:
    before = strict.metrics()
    for path in (f"/{refused_uuid}", f"/{refused_uuid.upper()}/orders", f"/view/{refused_uuid}"):
        refused = post(strict.address, path, b"{}") if "view" not in path else page(strict, path)
        assert (refused.status, reason(refused)) == (403, "open_callbacks_off")
    reply = ask(strict, "PUT", f"/api/callbacks/{refused_uuid}/reply", body=b"{}")
    assert (reply.status, reason(reply)) == (403, "open_callbacks_off")
    after = strict.metrics()
    counter = 'requests_refused_total{reason="open_callbacks_off"}'
    assert after[counter] == before[counter] + 4
    assert after["requests_accepted_total"] == before["requests_accepted_total"]


def page(server: Server, path: str, kind: str = "application/json") -> Any:
    return ask(server, "GET", path, f"Accept: {kind}")


def test_viewers_of_open_callbacks_are_refused(strict: Server, refused_uuid: str) -> None:
    key = new_key()
    with PacketViewer(strict.url, {"uuid": uuid_of_key(key), "key": key}) as viewer:
        viewer.event("joined")
        assert join(viewer, uuid=refused_uuid, key=key)["ok"] is False
    # The key is checked first, and no key fits a UUID of version 8 with another variant.
    why = "private" if UUID(refused_uuid).version is None else "open_callbacks_off"
    with PacketViewer(strict.url, {"uuid": refused_uuid}) as viewer:
        digits, error = viewer.packet()
        assert (digits, error["data"]) == ("44", {"reason": why})


def test_private_callbacks_work_without_open_ones(strict: Server) -> None:
    uuid, key, _ = callback()
    assert ask(strict, "GET", "/").status == 302
    assert page(strict, f"/view/{uuid}").status == 200
    with PacketViewer(strict.url, {"uuid": uuid, "key": key}) as viewer:
        viewer.event("joined")
        assert post(strict.address, f"/{uuid}", b"{}").headers["webhook-viewers"] == "1"
        viewer.requests(1)


def test_only_default_responses_are_sent(
    strict: Server, two_workers: tuple[Server, Server]
) -> None:
    """Although another worker stores a reply and has a responder."""
    uuid, key, head = callback()
    path, other = f"/api/callbacks/{uuid}/reply", two_workers[0]
    reply = b'{"status": 418, "times": 5, "headers": [["Content-Type", "text/html"]]}'
    assert ask(other, "PUT", path, head, body=reply).status == 200
    with PacketViewer(strict.url, {"uuid": uuid, "key": key}) as viewer:
        viewer.event("joined")
        sent = post(strict.address, f"/{uuid}")
        assert (sent.status, sent.body, "content-type" in sent.headers) == (200, b"", False)
        assert viewer.event("responded")["by"] == "default"
        with PacketViewer(other.url) as responder:
            assert join(responder, uuid=uuid, key=key, respond=True)["ok"]
            assert post(strict.address, f"/{uuid}").status == 200
        assert post(strict.address, f"/{uuid}/status/503").status == 503
        handshake = post(strict.address, f"/{uuid}", HANDSHAKE, "Content-Type: application/json")
        assert json.loads(handshake.body)["challenge"] == "3eZbrw1aB"
    assert json.loads(ask(strict, "GET", path, head).body)["status"] == 200
    assert json.loads(ask(other, "GET", path, head).body)["times"] == 5, "none is used up"


def test_replies_and_responses_are_refused(strict: Server) -> None:
    uuid, key, head = callback()
    path = f"/api/callbacks/{uuid}"
    for method, rest in (("PUT", "reply"), ("POST", "requests/1/response")):
        refused = ask(strict, method, f"{path}/{rest}", head, body=b"{}")
        assert (refused.status, reason(refused)) == (403, "replies_off")
    assert ask(strict, "DELETE", f"{path}/reply", head).status == 204
    with PacketViewer(strict.url) as viewer:
        for respond in (True, "handshakes"):
            assert join(viewer, uuid=uuid, key=key, respond=respond)["reason"] == "replies_off"
        assert join(viewer, uuid=uuid, key=key)["ok"] is True


def test_the_command_line_prints_the_reason(strict: Server, uuid: str) -> None:
    key = new_key()
    link = f"{strict.url}/view/{uuid_of_key(key)}#key={key}"
    with Command("listen", link, "--forward", "http://127.0.0.1:9", "--respond") as command:
        watched = run("listen", f"{strict.url}/{uuid}")
        assert watched.returncode
        assert "OPEN_CALLBACKS=off" in watched.stderr
        changed = run("reply", link, "--status", "418")
        assert changed.returncode
        assert "REPLIES=off" in changed.stderr
        while "REPLIES=off" not in command.notes.line():
            pass


TOKEN = "an-operator-has-this"
BLOCKED = "127.0.0.9"
"""An address of this machine that is blocked."""


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The block list of `guarded`."""
    path = tmp_path_factory.mktemp("access") / "blocked"
    rewrite(path, f"{BLOCKED}\n")
    return path


def rewrite(path: Path, content: str) -> None:
    """Replace the file in one step, as docs/access.md recommends."""
    path.with_suffix(".new").write_text(content)
    path.with_suffix(".new").replace(path)


@pytest.fixture(scope="module")
def guarded(blocks: Path) -> Iterator[Server]:
    """A server with a block list and an operator's token."""
    with Server(BLOCK_LIST_FILE=blocks, OPERATOR_TOKEN=TOKEN) as server:
        yield server


def send_from(source: str, server: Server, method: str, path: str) -> Response:
    with Sender(server.address, source) as sender:
        sender.send(f"{method} {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        return sender.response(method)


def test_a_blocked_address_is_refused(guarded: Server, uuid: str) -> None:
    with PacketViewer(guarded.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        for path in (f"/{uuid}", f"/view/{uuid}", f"/api/callbacks/{uuid}/reply", "/"):
            refused = send_from(BLOCKED, guarded, "GET", path)
            assert (refused.status, reason(refused)) == (403, "blocked")
        assert send_from(BLOCKED, guarded, "GET", "/healthz").status == 200
        report = viewer.event("refused")
        assert (report["count"], report["reason"]) == (1, "blocked")
        for auth in ({"uuid": uuid}, None):
            with PacketViewer(guarded.url, auth, BLOCKED) as other:
                digits, error = other.packet()
                assert (digits, error["data"]) == ("44", {"reason": "blocked"})
                with pytest.raises(ConnectionError):  # the server ends the session
                    other.packet()


@pytest.mark.parametrize("kind", [PacketViewer, PollingViewer])
def test_the_viewers_of_a_callback_that_becomes_blocked_are_disconnected(
    guarded: Server, blocks: Path, uuid: str, kind: type[PacketViewer]
) -> None:
    other = str(uuid4())
    counter = 'viewers_cut_off_total{reason="blocked"}'
    before = guarded.metrics()[counter]
    with kind(guarded.url, {"uuid": uuid}) as viewer, PacketViewer(guarded.url) as watching:
        viewer.event("joined")
        assert join(watching, uuid=other)["ok"]
        rewrite(blocks, f"{BLOCKED}\n{uuid}\n")
        assert viewer.event("bye") == {"reason": "blocked"}
        with kind(guarded.url, {"uuid": uuid.upper()}) as returned:
            assert returned.packet()[1]["data"] == {"reason": "blocked"}
        refused = join(watching, uuid=uuid)
        assert (refused["ok"], refused["reason"]) == (False, "blocked")
        for path in (f"/{uuid}", f"/view/{uuid}", f"/api/callbacks/{uuid}/reply"):
            assert reason(ask(guarded, "GET", path)) == "blocked"
        post(guarded.address, f"/{other}")
        watching.requests(1)
        rewrite(blocks, f"{BLOCKED}\n{uuid[:-1]}\n")  # an error, so the list stays the same
        eventually(lambda: "blocked, line 2: it must be" in guarded.log)
        assert post(guarded.address, f"/{uuid}").status == 403
        rewrite(blocks, f"{BLOCKED}\n")
        eventually(lambda: post(guarded.address, f"/{uuid}").status == 200)
    assert uuid[:-1] not in guarded.log
    eventually(lambda: guarded.metrics()[counter] == before + 1)


def test_the_operator_sees_the_busiest_callbacks_and_addresses(guarded: Server, uuid: str) -> None:
    quiet = str(uuid4())
    with PacketViewer(guarded.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        post(guarded.address, f"/{quiet}", b"x" * 500_000)
        for _ in range(10):
            post(guarded.address, f"/{uuid.upper()}", b"0123456789")
        send_from(BLOCKED, guarded, "GET", f"/{uuid}")
        shown = top(guarded, f"Bearer {TOKEN}")
        assert shown.status == 200
        assert shown.headers["cache-control"] == "no-store"
        lists = json.loads(shown.body)
    assert lists["worker"].endswith(f":{guarded.pid}")
    for window in (lists["minute"], lists["ten_minutes"]):
        callbacks = window["callbacks_by_requests"]
        assert {"uuid": uuid, "requests": 11, "viewers": 1} in callbacks
        counts = [each["requests"] for each in callbacks]
        assert counts == sorted(counts, reverse=True)
        largest = window["callbacks_by_bytes"][0]
        assert largest == {"uuid": quiet, "bytes": 500_000, "viewers": 0}
        assert {each["address"] for each in window["addresses"]} >= {"127.0.0.1", BLOCKED}
        assert window["refused"]["blocked"] >= 1
        assert window["missing"] == {"requests": 0, "bytes": 0, "addresses": 0}


def test_only_the_operator_sees_the_top_list(guarded: Server, strict: Server) -> None:
    for wrong in ("", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer", "Bearer \xe9"):
        refused = top(guarded, wrong)
        assert (refused.status, reason(refused)) == (401, "operator_token_needed")
        assert refused.headers["www-authenticate"].startswith("Bearer ")
    assert top(strict, f"Bearer {TOKEN}").status == 404
    assert TOKEN not in guarded.log


def top(server: Server, authorization: str) -> Response:
    return ask(server, "GET", "/api/operator/top", f"Authorization: {authorization}")
