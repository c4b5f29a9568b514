"""`webhook-logger replay`: sends the requests of an archive."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.support.command import Command, invoke, on_a_terminal, run
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import free_port
from tests.support.receiver import OK
from tests.wire_fixture import samples
from webhook_logger.client.archive.files import Archive

SENDABLE = [request for request in samples() if request.body.complete]
COUNT = len(SENDABLE)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive of all requests in the fixture, as written by `listen --save`."""
    path = tmp_path / "requests.har"
    with Archive(path, "https://hooks.example.com") as archive:
        for request in samples():
            archive.add(request)
    return path


def test_replay_sends_the_requests_of_our_archives_in_order(archive: Path) -> None:
    with Endpoint() as endpoint:
        done = invoke("replay", str(archive), "--to", f"{endpoint.url}/hooks")
        for request in SENDABLE:
            head, _, body = endpoint.received().partition(b"\r\n\r\n")
            first, host, *lines = head.decode("latin-1").split("\r\n")
            assert first == f"POST /hooks{request.subpath}?a=1&a=2&b HTTP/1.1"
            assert host == f"Host: {endpoint.authority}"
            assert lines[:3] == ["X-Dup: 1", "x-dup: 2", "X_Latin: é"]
            assert body == request.body.content
    assert done.returncode == 1
    assert "9: POST /too-large/%C3%A9 has a body that the file does not contain" in done.stderr
    assert f"{COUNT + 1} of {COUNT + 1} requests: {COUNT} × 200, 1 × not sent." in done.stderr
    assert done.stdout.count("  200  ") == COUNT


def test_replay_reads_stdin(archive: Path) -> None:
    with Endpoint() as endpoint:
        done = run("replay", "-", "--to", endpoint.url, given=archive.read_bytes())
    assert f"{COUNT} × 200" in done.stderr


def test_an_empty_archive_ends_with_exit_code_0(tmp_path: Path) -> None:
    path = tmp_path / "empty.har"
    path.write_text('{"log": {"entries": []}}')
    done = invoke("replay", str(path), "--to", "localhost:1")
    assert (done.returncode, done.stderr) == (0, "0 of 0 requests: nothing.\n")


def test_an_unreachable_target_is_an_error(archive: Path) -> None:
    archive.write_text(json.dumps({"log": {"entries": [entry("http://a/b")]}}))
    done = invoke("replay", str(archive), "--to", f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 3
    assert "Connection refused" in done.stdout
    assert "1 × no response" in done.stderr


def test_an_invalid_entry_does_not_stop_the_others(archive: Path) -> None:
    odd = entry("http://a/é?q=Zürich b") | {}
    odd["request"]["headers"] = [{"name": "X", "value": "Zoë ↔"}, {"name": "Y", "value": None}]
    entries = [{"request": None}, odd, entry("http://a/../b"), entry("http://a/b")]
    archive.write_text(json.dumps({"log": {"entries": entries}}))
    with Endpoint() as endpoint:
        done = invoke("replay", str(archive), "--to", endpoint.url)
        first = endpoint.received()
        assert first.startswith(b"GET /%C3%A9?q=Z%C3%BCrich%20b HTTP/1.1\r\n")
        assert "\r\nX: Zoë ↔\r\nY: \r\n".encode() in first
        assert endpoint.received().startswith(b"GET /b ")
        assert endpoint.waiting == 0
    assert done.returncode == 1
    assert done.stderr.startswith("Entry 1: request is not an object. It is not sent.\n")
    assert "4 of 4 requests: 2 × 200, 1 × no response, 1 × not sent." in done.stderr
    assert "--allow-escape" in done.stdout


def test_text_from_an_archive_cannot_control_the_terminal(archive: Path) -> None:
    hostile = entry("data:,x") | {}
    hostile["request"]["method"] = "\x1b[31m"
    archive.write_text(json.dumps({"log": {"entries": [hostile]}}))
    done = invoke("replay", str(archive), "--to", "localhost:1")
    assert done.returncode == 1
    assert done.stderr.startswith("Entry 1: '\\x1b[31m' is not an HTTP method. It is not sent.\n")


def test_a_terminal_shows_the_progress(archive: Path) -> None:
    with Endpoint(lambda _: OK) as endpoint:
        code, written = on_a_terminal("replay", str(archive), "--to", endpoint.url)
    assert code == 1
    assert f"/{COUNT + 1}" in written
    assert "\x1b[1;32m200" in written
    assert f"{COUNT} × 200" in written


def test_ctrl_c_counts_what_was_sent(archive: Path) -> None:
    archive.write_text(json.dumps({"log": {"entries": [entry("http://a/b")] * 4}}))
    hang = threading.Event()
    responses = [OK, OK]

    def respond(request: bytes) -> bytes:
        if responses:
            return responses.pop()
        hang.wait(PATIENCE_SECONDS)
        return b""

    with Endpoint(respond) as endpoint:
        with Command("replay", str(archive), "--to", endpoint.url) as replay:
            replay.out.until("2: GET /b")
            assert replay.interrupt() == 130
        hang.set()
    assert replay.notes.all == "2 of 4 requests: 2 × 200."


def test_replay_routes_requests_and_changes_their_headers(archive: Path) -> None:
    entries = [
        entry("http://shop.example:8080/a/x"),
        entry("http://u:p@b.example/b"),
        entry("http://c/c"),
    ]
    entries[1]["request"]["headers"] = [
        {"name": "Host", "value": "own"},
        {"name": "x-t", "value": "1"},
    ]
    archive.write_text(json.dumps({"log": {"entries": entries}}))
    with Endpoint() as one, Endpoint() as other:
        targets = ("--to", f"/a={one.url}/one", "--to", f"/b={one.url}", "--to", f"/b={other.url}")
        options = ("-H", "X-T: 2", "--keep-host", "--rate", "1000", "--concurrency", "2")
        done = invoke("replay", str(archive), *targets, *options)
        received = sorted(one.received() for _ in range(2))
        assert received == [
            b"GET / HTTP/1.1\r\nHost: own\r\nX-T: 2\r\n\r\n",
            b"GET /one/x HTTP/1.1\r\nHost: shop.example:8080\r\nX-T: 2\r\n\r\n",
        ]
        assert other.received() == received[0]
    assert done.returncode == 1
    assert "3: GET /c matches no route; it is not sent." in done.stderr
    assert "4 of 4 requests: 3 × 200, 1 × not sent." in done.stderr


def test_retries_are_sent_if_requested(archive: Path) -> None:
    archive.write_text(json.dumps({"log": {"entries": [entry("http://a/b")]}}))
    responses = [b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", OK]
    with Endpoint(lambda _: responses.pop(0)) as endpoint:
        done = invoke("replay", str(archive), "--to", endpoint.url, "--retries", "1")
    assert (done.returncode, "2 attempts" in done.stdout) == (0, True)


def entry(url: str) -> dict[str, dict[str, object]]:
    return {"request": {"method": "GET", "url": url, "headers": []}}
