"""`listen --forward /PREFIX=URL`, and the options for its targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.certificates import self_signed
from tests.support.command import Command
from tests.support.endpoint import Endpoint
from tests.support.processes import Server, free_port
from tests.support.sender import post
from webhook_logger.__main__ import cli

LIVE = "Senders receive the target's responses."
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
BUSY = b"HTTP/1.1 503 No\r\nRetry-After: 50\r\nContent-Length: 0\r\n\r\n"

ZOOM = b'{"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}'


@pytest.fixture(scope="module")
def patient() -> Iterator[Server]:
    """Return a server that waits longer for responses than any test."""
    with Server(RESPONSE_TIMEOUT=30) as server:
        yield server


def test_requests_are_routed_by_their_subpath(patient: Server, uuid: str) -> None:
    with Endpoint() as one, Endpoint(lambda _: CREATED) as other, Endpoint() as rest:
        routes = (
            *("--forward", f"/stripe={one.url}/webhooks", "--forward", f"/stripe={rest.url}/too"),
            *("--forward", f"/github={other.url}"),
        )
        url = f"{patient.url}/{uuid}"
        options = ("--respond", "--forward-timeout", "60")
        with Command("listen", url, *routes, *options, WEBHOOK_SECRET="hush") as listen:
            listen.notes.until(LIVE)
            assert post(patient.address, f"/{uuid}/stripe/x?a=1").body == b"ok"
            assert post(patient.address, f"/{uuid}/github").status == 201
            assert post(patient.address, f"/{uuid}/stripes").status == 200
            note = listen.notes.until("#3")
            assert note == "#3 POST /stripes is not forwarded: no route matches."
            listen.notes.until("#3: the sender received 200 from the callback's reply.")
            assert post(patient.address, f"/{uuid}/stripe/..%2fgithub").status == 502
            assert post(patient.address, f"/{uuid}/github//evil.com").status == 502
            listen.out.until("could name another host")
            # No target gets this handshake, so `listen` itself responds.
            handshake = post(
                patient.address, f"/{uuid}/zoom", ZOOM, "Content-Type: application/json"
            )
            assert b"encryptedToken" in handshake.body
            listen.interrupt()
        assert one.received().startswith(b"POST /webhooks/x?a=1 ")
        assert rest.received().startswith(b"POST /too/x?a=1 ")
        assert other.received().startswith(b"POST / ")
        assert one.waiting == rest.waiting == other.waiting == 0
    assert listen.out.all.count("responded\n") == 2


def test_header_lines_for_targets_replace_those_of_the_sender(
    memory_server: Server, uuid: str
) -> None:
    lines = (
        "X-Token: mine",
        "X-Token: too",
        "Host: inner",
        "X-Forwarded-Proto: https",
        "X-Z: \xe9",
    )
    added = [part for line in lines for part in ("--forward-header", line)]
    with Endpoint() as endpoint:
        arguments = (f"{memory_server.url}/{uuid}", "--forward", endpoint.url, "--count", "1")
        with Command("listen", *arguments, *added, "-H", "X-Server: secret") as listen:
            listen.notes.until("Live.")
            post(memory_server.address, f"/{uuid}", b"", "x_token: theirs", "X-TOKEN: theirs")
            assert listen.wait() == 0
        head = endpoint.received().decode()
    assert head.split("\r\n")[1] == "Host: inner"
    own = "X-Token: mine\r\nX-Token: too\r\nX-Forwarded-Proto: https\r\nX-Z: é\r\n\r\n"
    assert head.endswith(own)
    assert "theirs" not in head
    assert "secret" not in head
    assert "X-Forwarded-Proto: http\r\n" not in head


def test_certificates_of_targets_are_verified(
    memory_server: Server, uuid: str, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path)
    trust = ("--ca", str(certificate.with_suffix(".crt")))
    with Endpoint(certificate=certificate) as endpoint:
        for option, code in (((), 3), (trust, 0), (("--insecure",), 0)):
            done = CliRunner().invoke(cli, ["send", endpoint.url, *option])
            assert done.exit_code == code, done.output
            assert ("CERTIFICATE_VERIFY_FAILED" in done.output) == (not option)
            warned = "--insecure: certificates are not verified." in done.output
            assert warned == ("--insecure" in option)
        url = f"{memory_server.url}/{uuid}"
        with Command("listen", url, "--forward", endpoint.url, *trust, "--count", "1") as listen:
            listen.notes.until("Live.")
            post(memory_server.address, f"/{uuid}")
            assert listen.wait() == 0
        assert endpoint.waiting == 3


def test_ctrl_c_during_the_delay_of_a_retry_sends_an_error_to_the_sender(
    patient: Server, uuid: str
) -> None:
    with Endpoint(lambda _: BUSY) as endpoint, ThreadPoolExecutor(1) as senders:
        options = ("--respond", "--retries", "3", "--forward-timeout", "60")
        url = f"{patient.url}/{uuid}"
        with Command("listen", url, "--forward", endpoint.url, *options) as listen:
            listen.notes.until(LIVE)
            sent = senders.submit(post, patient.address, f"/{uuid}")
            note = listen.notes.until("Next attempt in")
            assert note.startswith(f"#1 POST / → {endpoint.url}: status 503. Next attempt in ")
            assert listen.interrupt() == 130
            assert sent.result().status == 502
    assert "\n1 request was still on the way to a target.\n" in listen.notes.all


def test_a_rate_delays_requests_and_says_so(memory_server: Server, uuid: str) -> None:
    with Endpoint() as endpoint:
        arguments = (f"{memory_server.url}/{uuid}", "--forward", endpoint.url, "--rate", "0.02")
        with Command("listen", *arguments) as listen:
            listen.notes.until("Live.")
            for _ in range(3):
                post(memory_server.address, f"/{uuid}")
            assert listen.notes.until("for").endswith(
                f" for {endpoint.url}, which gets 0.02 per second."
            )
            listen.out.until("→")
            assert listen.interrupt() == 130
        endpoint.received()
        assert endpoint.waiting == 0
    # The first request is printed before it counts as done, and the last one before it is queued.
    assert re.search("request(s were| was) still on the way to a target", listen.notes.all)


WRONG = (
    (("--forward", "stripe=:1"), "begins with a slash: '/stripe=:1'"),
    (("--forward", "/a?b=:1"), "query or a fragment"),
    (("--forward", ":1", "--forward", ":1"), "given twice for all requests"),
    (("--forward", ":1", "--forward-header", "X"), "'Name: value': 'X'"),
    (("--forward", ":1", "--forward-header", "X y: 1"), "cannot carry"),
    (("--forward", ":1", "--forward-header", "X: a\nb"), "cannot carry"),
    (("--forward", ":1", "--forward-header", "content_length: 1"), "cannot be set"),
    (("--forward", ":1", "--forward-header", "Connection: x"), "cannot be set"),
    (("--forward", ":1", "--forward-header", "Host: x", "--keep-host"), "not both"),
    (("--forward", ":1", "--forward-header", "Host: x", "--forward-header", "host: y"), "only one"),
    (("--forward", ":1", "--ca", "/nowhere"), "Cannot read /nowhere: No such file"),
    (("--forward", ":1", "--ca", __file__), "no certificate in PEM format"),
    (("--forward", ":1", "--ca", "/nowhere", "--insecure"), "not both"),
    (("--insecure",), "SSL_CERT_FILE"),
    (("--forward-header", "X: y"), "--server-header"),
)


def test_invalid_options_are_errors_before_listen_connects() -> None:
    for arguments, problem in WRONG:
        result = CliRunner().invoke(cli, ["listen", f"http://127.0.0.1:{free_port()}", *arguments])
        assert (result.exit_code, problem in result.output) == (2, True), result.output
