"""`webhook-logger send`, to raw sockets, and to a callback."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from tests.support.command import Command, invoke, on_a_terminal, run
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Server, free_port
from tests.support.receiver import OK
from tests.support.viewers import Viewer
from webhook_logger import providers
from webhook_logger.__main__ import cli
from webhook_logger.callbacks import new_key, uuid_of_key
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands import send
from webhook_logger.client.commands.exits import Exit

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_send_posts_without_a_body_by_default() -> None:
    with Endpoint() as endpoint:
        done = run("send", f"{endpoint.url}/a//b?c=%zz")
        sent = endpoint.received()
    assert sent == (
        b"POST /a//b?c=%%zz HTTP/1.1\r\nHost: %b\r\nContent-Length: 0\r\n\r\n"
        % endpoint.authority.encode()
    )
    assert done.returncode == 0
    assert done.stdout.startswith("200  ")


def test_method_header_lines_and_body_are_sent_unchanged() -> None:
    with Endpoint() as endpoint:
        lines = ("-H", "X-Dup: 1", "-H", "x-dup:2", "-H", "X-É: ".replace("É", "E") + "é")
        invoke("send", endpoint.url, "-X", "PURGE", *lines, "-d", "é\n")
        sent = endpoint.received()
    assert sent.startswith(b"PURGE / HTTP/1.1\r\n")
    assert b"\r\nX-Dup: 1\r\nx-dup: 2\r\nX-E: \xc3\xa9\r\n" in sent
    assert sent.endswith(b"\r\n\r\n\xc3\xa9\n")


def test_the_body_can_come_from_a_file_or_stdin(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(bytes(range(256)))
    with Endpoint() as endpoint:
        invoke("send", endpoint.url, "-d", f"@{path}")
        run("send", endpoint.url, "--json", "@-", given=b"\x00\r\n")
        assert endpoint.received().endswith(b"\r\n\r\n" + bytes(range(256)))
        sent = endpoint.received()
    assert b"\r\nContent-Type: application/json\r\n" in sent
    assert sent.endswith(b"\r\n\r\n\x00\r\n")


def test_a_given_content_type_replaces_the_one_of_json() -> None:
    with Endpoint() as endpoint:
        invoke("send", endpoint.url, "-H", "content-type: application/problem+json", "--json", "{}")
        sent = endpoint.received()
    assert sent.lower().count(b"\r\ncontent-type:") == 1


def test_two_bodies_are_an_error() -> None:
    done = invoke("send", "http://127.0.0.1:1", "-d", "a", "--json", "{}")
    assert done.returncode == 2
    assert "not both" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ftp://a"], "Not a valid HTTP URL"),
        (["http://a", "-H", "no colon"], "A header must have the form"),
        (["http://a", "-d", "@/nowhere"], "Cannot read /nowhere: No such file"),
        (["http://a", "--sign", "github"], "Set it as WEBHOOK_SECRET_GITHUB"),
        (["http://a", "--sign", "githu"], "Did you mean github?"),
        (["http://a", "--event", "push"], "--event requires --provider"),
        (["http://a", "--provider", "github", "--sign", "github", "--secret", "a"], "not both"),
        (["http://a", "--provider", "github", "--event", "no"], "The events are: push,"),
        (["http://a", "--provider", "sendgrid", "--secret", "a"], "a private key"),
        (["http://a", "--sign", "standard-webhooks", "--secret", "?"], "is not valid base64"),
        (["http://a", "--sign", "github", "--secret", "\udcff"], "A secret is not UTF-8"),
        (["http://a", "--option", "a=b"], "--option requires --sign or --provider"),
        (["http://a", "--provider", "github", "--option", "a=b"], "There are no options."),
        (
            ["http://a", "--sign", "twilio", "--secret", "a", "--option", "a=b"],
            "Twilio does not have the option “a”. Its options are: url.",
        ),
        (["http://a", "--times", "0"], "0 is not in the range"),
        (["http://a", "--timeout", "inf"], "inf is not in the range"),
        (["http://a", "--rate", "nan"], "'nan' is not a number"),
    ],
)
def test_invalid_arguments_are_an_error(arguments: list[str], message: str) -> None:
    done = invoke("send", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize("arguments", [("-H", "a b: c"), ("-H", "a: b\r\nc: d"), ("-X", "a b")])
def test_a_request_that_http_cannot_carry_is_an_error(arguments: tuple[str, str]) -> None:
    with Endpoint() as endpoint:
        done = invoke("send", endpoint.url, *arguments)
        assert endpoint.waiting == 0
    assert (done.returncode, done.stdout) == (2, "")
    assert "HTTP cannot carry this request" in done.stderr


@pytest.mark.parametrize(("status", "code"), [(200, 0), (302, 0), (400, 1), (503, 1)])
def test_the_exit_code_depends_on_the_status(status: int, code: int) -> None:
    response = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status
    with Endpoint(lambda _: response) as endpoint:
        done = invoke("send", endpoint.url)
    assert (done.returncode, done.stdout.split()[0]) == (code, str(status))


def test_an_unreachable_server_is_an_error() -> None:
    done = invoke("send", f"http://127.0.0.1:{free_port()}")
    assert (done.returncode, done.stdout) == (3, "")
    assert "Connection refused" in done.stderr


def test_the_response_cannot_control_the_terminal() -> None:
    response = b"HTTP/1.1 200 OK\r\nX-A: \x1b[31m\r\nContent-Length: 8\r\n\r\n\x1b[31mred"
    with Endpoint(lambda _: response) as endpoint:
        done = invoke("send", endpoint.url, "-v")
    assert done.stdout.splitlines()[1] == r"  X-A: \x1b[31m"
    assert done.stdout.splitlines()[-1] == r"  \x1b[31mred"


def test_the_number_of_viewers_is_printed(memory_server: Server, uuid: str) -> None:
    with Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        done = invoke("send", f"{memory_server.url}/{uuid}/status/201")
    assert done.stdout.startswith("201  Webhook-Viewers: 1  ")


@pytest.mark.parametrize("provider", ["github", "gitlab", "generic", "stripe", "twilio"])
def test_a_signed_request_verifies(memory_server: Server, uuid: str, provider: str) -> None:
    url = f"{memory_server.url}/{uuid}"
    with Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        done = invoke("send", url, "--sign", provider, "-d", '{"a": 1}', WEBHOOK_SECRET=SECRET)
        assert (done.returncode, done.stderr) == (0, "")
        request = CapturedRequest.from_wire(viewer.event("request"))
    options = {"url": url} if provider == "twilio" else {}
    verdict = providers.get(provider).verify(request, SECRET, **options)
    assert verdict.ok, verdict


def test_a_providers_sample_is_sent_with_its_signature(memory_server: Server, uuid: str) -> None:
    url = f"{memory_server.url}/{uuid}"
    with Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        sample = ("--provider", "github", "--event", "issues.opened", "-H", "x-github-hook-id: 7")
        done = invoke("send", url, *sample, WEBHOOK_SECRET=SECRET)
        assert (done.returncode, done.stderr) == (0, "")
        request = CapturedRequest.from_wire(viewer.event("request"))
    found = providers.recognise(request)
    assert found
    assert (found.provider.id, found.event) == ("github", "issues.opened")
    assert found.provider.verify(request, SECRET)
    assert request.header_lines("X-GitHub-Hook-ID") == ["7"]


def test_a_sample_without_a_secret_is_not_signed() -> None:
    with Endpoint() as endpoint:
        done = invoke("send", endpoint.url, "--provider", "slack", WEBHOOK_SECRET="")
        assert b"X-Slack-Signature" not in endpoint.received()
    assert done.stderr == "Not signed: set the secret as WEBHOOK_SECRET_SLACK.\n"


def test_githubs_signature_matches_its_documentation() -> None:
    with Endpoint() as endpoint:
        invoke("send", endpoint.url, "-d", "Hello, World!", "--sign", "github", "--secret", "It's")
        sent = endpoint.received()
    hashed = hmac.new(b"It's", b"Hello, World!", hashlib.sha256).hexdigest()
    assert f"X-Hub-Signature-256: sha256={hashed}\r\n".encode() in sent


def test_times_sends_many_requests_and_counts_them() -> None:
    count = iter(range(100))
    no = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    with Endpoint(lambda _: no if next(count) == 3 else no.replace(b"500", b"204")) as endpoint:
        done = invoke(
            "send", endpoint.url, "--times", "20", "--sign", "standard-webhooks", "--secret", SECRET
        )
        ids = {endpoint.received().lower().partition(b"webhook-id: ")[2][:36] for _ in range(20)}
    assert len(ids) == 20
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.endswith(": 19 × 204, 1 × 500.\n")


def test_rate_paces_the_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(send, "time", clock)
    with Endpoint() as endpoint:
        result = CliRunner().invoke(cli, ["send", endpoint.url, "--times", "5", "--rate", "10"])
    assert result.exit_code == 0
    assert clock.pauses == pytest.approx([0.1] * 4)


class Clock:
    """A replacement for `time` that advances only by `sleep`."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return sum(self.pauses)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


def test_a_terminal_shows_the_progress() -> None:
    with Endpoint() as endpoint:
        code, written = on_a_terminal("send", endpoint.url, "--times", "200")
    assert code == 0
    assert "/200" in written
    assert "200 × 200" in written


def test_sending_to_a_page_fails(memory_server: Server) -> None:
    done = invoke("send", f"{memory_server.url}/view/{uuid4()}")
    assert done.returncode == 1


def test_the_link_of_a_private_page_leads_to_the_url_for_senders(memory_server: Server) -> None:
    key = new_key()
    link = f"/view/{uuid_of_key(key)}#key={key}"
    done = invoke("send", f"{memory_server.url}{link}")
    assert done.returncode == Exit.USAGE
    assert f"Send to the URL: {memory_server.url}/{uuid_of_key(key)}\n" in done.stderr
    gone = invoke("send", f"http://127.0.0.1:{free_port()}{link}")
    assert (gone.returncode, "which the page of the link shows" in gone.stderr) == (
        Exit.USAGE,
        True,
    )
    assert key not in done.stderr + gone.stderr


def test_ctrl_c_prints_the_summary() -> None:
    two, go = iter(range(2)), threading.Event()

    def respond(request: bytes) -> bytes:
        if next(two, None) is None:
            go.wait(PATIENCE_SECONDS)
        return OK

    with Endpoint(respond) as endpoint, Command("send", endpoint.url, "--times", "9") as it:
        for _ in range(3):
            endpoint.received()
        assert it.interrupt() == 130
        assert re.match(r"2 requests in .*: 2 × 200\.", it.notes.line())
        go.set()
