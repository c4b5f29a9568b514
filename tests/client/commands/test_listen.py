"""`webhook-logger listen`, as a process with a real server."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.command import COMMAND, Command, environment, invoke, on_a_terminal, run
from tests.support.processes import ROOT, Redis, Server, free_port
from tests.support.sender import Sender, post, send
from tests.support.viewers import Viewer
from tests.support.websockets import CONNECTED, OPEN, PacketServer, Step, event, joined
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.archive import har
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.stream.events import Responded
from webhook_logger.errors import Reason

HOSTILE = b"\x1b[31mred\x1b]0;title\x07 \xc2\x9b2J \xe2\x80\xae"


def test_listen_prints_urls_status_and_requests_until_ctrl_c(
    memory_server: Server, uuid: str
) -> None:
    with Command("listen", f"{memory_server.url}/view/{uuid}") as listen:
        assert listen.notes.line() == f"URL for senders:               {memory_server.url}/{uuid}"
        link = f"{memory_server.url}/view/{uuid}"
        assert listen.notes.line() == f"Link for people who may watch: {link}"
        assert listen.notes.line() == "Live."
        post(memory_server.address, f"/{uuid}/orders?a=1", b"hello", "Content-Type: text/plain")
        assert listen.out.line().endswith("  POST    /orders?a=1  5 B  text/plain  127.0.0.1  #1")
        assert listen.out.line() == "  hello"
        assert listen.interrupt() == 130
        assert listen.notes.all.count("\n") == 3
        assert listen.notes.all.endswith("Live.\n1 request received.")


def test_listen_without_a_url_creates_a_callback_on_the_default_server(
    memory_server: Server,
) -> None:
    with Command("listen", "--count", "1", WEBHOOK_LOGGER_URL=memory_server.url) as listen:
        url = listen.notes.until("URL for senders:").removeprefix("URL for senders:").strip()
        link = listen.notes.line().removeprefix("Link for people who may watch: ")
        assert url.startswith(f"{memory_server.url}/")
        assert re.fullmatch(re.escape(memory_server.url) + "/view/.{36}#key=.{22}", link)
        listen.notes.until("Live.")
        # Another command can join with the link, but not with the URL.
        with Command("listen", link, "--count", "1", "--json") as other:
            other.notes.until("Live.")
            assert invoke("listen", url).returncode == Exit.USAGE
            path = url.removeprefix(memory_server.url)
            assert post(memory_server.address, path).headers["webhook-viewers"] == "2"
            assert other.wait() == listen.wait() == 0
        assert link.partition("#key=")[2] not in listen.out.all + other.out.all


def test_json_prints_only_the_wire_form_one_request_a_line(
    memory_server: Server, uuid: str
) -> None:
    url = f"{memory_server.url}/{uuid}"
    with Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        with Command("listen", url, "--json", "--count", "3", "--forward", free_target()) as listen:
            listen.notes.until("Live.")
            for body in (HOSTILE, bytes(range(256)), '{"é": "\x7f\u2028"}'.encode()):
                post(memory_server.address, f"/{uuid}", body, "X-Cafe: \xe9\x9b")
            assert listen.wait() == 1  # the target refuses connections
        written = listen.out.all
        assert written.isascii()
        assert "\x7f" not in written
        for line in written.split("\n"):
            assert json.loads(line) == viewer.event("request")
    assert listen.notes.all.count("Connection refused") == 3


def test_filter_uses_the_language_of_the_page(memory_server: Server, uuid: str) -> None:
    terms = "method:post -path:/ping body:card"
    url = f"{memory_server.url}/{uuid}"
    with Command("listen", url, "--filter", terms, "--count", "2", "--json") as listen:
        listen.notes.until("Live.")
        for path, body in (("/a", b"a Card"), ("/ping", b"card"), ("/b", b""), ("/c", b"CARD")):
            post(memory_server.address, f"/{uuid}{path}", body)
        assert listen.wait() == 0
    paths = [json.loads(line)["path"] for line in listen.out.all.split("\n")]
    assert paths == [f"/{uuid}/a", f"/{uuid}/c"]


def test_a_filter_by_status_waits_for_the_response(
    memory_server: Server, uuid: str, tmp_path: Path
) -> None:
    path = tmp_path / "requests.har"
    options = ("--filter", "status:4xx", "--count", "1", "--json", "--save", str(path))
    with Command("listen", f"{memory_server.url}/{uuid}", *options) as listen:
        listen.notes.until("Live.")
        for subpath in ("/status/204", "/status/418"):
            post(memory_server.address, f"/{uuid}{subpath}", b"")
        assert listen.wait() == 0
    assert json.loads(listen.out.all)["subpath"] == "/status/418"
    [entry] = json.loads(path.read_text())["log"]["entries"]
    assert entry["response"]["status"] == 418


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--filter", "metod:x"), "Error: There is no field “metod:”. Did you mean method:x?"),
        (("--filter", "status:4xx", "--respond", "--forward", "3000"), "can't use status:"),
    ],
)
def test_an_invalid_filter_ends_before_connecting(arguments: tuple[str, ...], message: str) -> None:
    done = invoke("listen", f"http://127.0.0.1:{free_port()}/{uuid4()}", *arguments)
    assert done.returncode == Exit.USAGE
    assert message in done.stderr


def test_saved_requests_equal_the_export_of_the_page(
    memory_server: Server, uuid: str, tmp_path: Path
) -> None:
    path = tmp_path / "requests.har"
    url = f"{memory_server.url}/{uuid}"
    with Command("listen", url, "--save", str(path), "--json", "--count", "3") as listen:
        listen.notes.until("Live.")
        for number in range(3):
            post(memory_server.address, f"/{uuid}/{number}?a=%C3%A9", b"\x00\xff", "Cookie: a=b")
        assert listen.wait() == 0
    wires = map(json.loads, listen.out.all.split("\n"))
    expected = [
        har.entry(
            CapturedRequest.from_wire(wire),
            memory_server.url,
            Responded(wire["epoch"], wire["seq"], 200, "default"),
        )
        for wire in wires
    ]
    assert json.loads(path.read_text())["log"]["entries"] == expected


def test_the_saved_file_is_valid_after_a_kill(
    memory_server: Server, uuid: str, tmp_path: Path
) -> None:
    path = tmp_path / "requests.har"
    with Command("listen", f"{memory_server.url}/{uuid}", "--save", str(path)) as listen:
        listen.notes.until("Live.")
        assert json.loads(path.read_text())["log"]["entries"] == []
        with Sender(memory_server.address) as sender:
            for _ in range(300):
                sender.send(b"POST /%b HTTP/1.1\r\nHost: h\r\n\r\n" % uuid.encode())
            listen.out.until("#100")
            listen.kill()
    assert len(json.loads(path.read_text())["log"]["entries"]) >= 100


@pytest.mark.parametrize(("more", "code"), [((), 0), (("--count", "2"), 4)])
def test_listen_ends_after_its_timeout(
    memory_server: Server, uuid: str, more: tuple[str, ...], code: int
) -> None:
    for seconds in ("0.5", "2", "8"):  # on a busy machine it may not be live in time
        done = run("listen", f"{memory_server.url}/{uuid}", "--timeout", seconds, *more)
        if done.returncode != Exit.UNREACHABLE:
            break
    assert done.returncode == code
    assert done.stderr.endswith("Live.\n0 requests received.\n")


def test_listen_ends_when_its_reader_closes_the_pipe(memory_server: Server, uuid: str) -> None:
    line = f"{shlex.join(COMMAND)} listen {memory_server.url}/{uuid} --json; echo $? >&2"
    process = subprocess.Popen(
        ["sh", "-c", f"({line}) | head -1"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process, Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        assert process.stderr
        while "Live." not in process.stderr.readline():
            pass
        while process.poll() is None:
            post(memory_server.address, f"/{uuid}")
            viewer.event("request")
        out, notes = process.communicate()
    assert json.loads(out)["seq"] == 1
    assert notes == "141\n"


def test_a_terminal_gets_colours_and_escaped_text_from_senders(
    memory_server: Server, uuid: str
) -> None:
    written = shown_on_a_terminal(memory_server, uuid)
    assert "\x1b[1;32mPOST" in written
    assert "\x1b[31mred" not in written
    assert r"\x1b[31mred\x1b]0;title\x07 \x9b2J \u202e" in written
    assert "[bold]:smile:" in written
    for character in ("\x07", "\x9b", "\u202e"):
        assert character not in written


def test_no_color_disables_colours(memory_server: Server, uuid: str) -> None:
    assert "\x1b[32m" not in shown_on_a_terminal(memory_server, uuid, NO_COLOR="1")


def shown_on_a_terminal(server: Server, uuid: str, **env: str) -> str:
    """Return the terminal output for a hostile request."""
    with Viewer(server.url, uuid=uuid) as viewer:
        joined = viewer.event("joined")
        assert joined["viewers"] == 1
        sent = Sending(server, uuid, viewer)
        code, written = on_a_terminal(
            *("listen", f"{server.url}/{uuid}", "--plain", "--count", "1", "-v"),
            meanwhile=sent.run,
            **env,
        )
    assert code == 0
    return written


class Sending:
    """Sends a hostile request once there is a second viewer."""

    def __init__(self, server: Server, uuid: str, viewer: Viewer) -> None:
        self._server, self._uuid, self._viewer = server, uuid, viewer

    def run(self) -> None:
        while self._viewer.call("join", {"uuid": self._uuid})["viewers"] < 2:
            pass
        head = f"POST /{self._uuid}/[bold]:smile: HTTP/1.1\r\nHost: h\r\nX: \x80\r\n"
        head += f"Content-Length: {len(HOSTILE)}\r\n\r\n"
        send(self._server.address, head.encode("latin-1") + HOSTILE)


def test_missed_requests_are_reported(redis: Redis, uuid: str) -> None:
    with Server(REDIS_URL=redis.url) as one, Server(REDIS_URL=redis.url) as other:
        with Command("listen", f"{one.until_ready().url}/{uuid}", "--json") as listen:
            listen.notes.until("Live.")
            post(other.until_ready().address, f"/{uuid}")
            listen.out.line()
            one.end()
            assert "Reconnecting" in listen.notes.until("Not live: ")
            for _ in range(3):
                assert post(other.address, f"/{uuid}").status == 200
            one.start()
            assert listen.notes.until("missed") == "3 requests were missed while this was not live."
            assert listen.notes.line() == "Live."
            post(other.address, f"/{uuid}")
            assert json.loads(listen.out.line())["seq"] == 5


def test_recovered_requests_are_reported() -> None:
    again = event("joined", {"epoch": "e", "seq": 4, "missed": 0, "recovered": 1})
    scripts: list[list[Step]] = [[OPEN, CONNECTED, joined(4), "1"], [OPEN, CONNECTED, again]]
    with PacketServer(*scripts) as server, Command("listen", server.url) as listen:
        listen.notes.until("Not live: ")
        assert listen.notes.line() == "1 request was recovered."
        assert listen.notes.line() == "Live."


def test_a_server_restart_without_a_queue_is_reported(uuid: str) -> None:
    with Server() as server:
        with Command("listen", f"{server.url}/{uuid}") as listen:
            listen.notes.until("Live.")
            post(server.address, f"/{uuid}")
            server.end()
            listen.notes.until("Not live")
            server.start()
            assert "The number is unknown" in listen.notes.until("missed")


def test_refused_requests_are_reported(memory_server: Server, uuid: str) -> None:
    with Command("listen", f"{memory_server.url}/{uuid}") as listen:
        listen.notes.until("Live.")
        post(memory_server.address, f"//{uuid}")
        assert listen.notes.until("refused") == (
            f"1 request was refused: {Reason.NOT_FOUND.meaning} (status 404)"
        )


def test_an_unavailable_queue_is_reported(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with Command("listen", f"{server.until_ready().url}/{uuid}") as listen:
            listen.notes.until("Live.")
            redis.end()
            assert listen.notes.until("Not live") == "Not live: The queue is unavailable."
            redis.client.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ftp://a",), "Not a valid HTTP URL"),
        (("http://a", "--respond"), "--respond requires --forward"),
        (("http://a", "--retries", "3"), "--retries requires --forward."),
        (("http://a", "--keep-host"), "--keep-host requires --forward."),
        (("http://a", "--forward", ":1", "--on-failure", "reply"), "requires --respond."),
        (("http://a", "--secret", ""), "A secret is empty."),
        (("http://a", "--secret", "github="), "A secret is empty."),
        (("http://a/3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e1",), "is mistyped: it has 35 characters"),
        (("http://a", "--forward", "ftp://b"), "Not a valid HTTP URL"),
        (("http://a", "--count", "0"), "0 is not in the range"),
        (("http://a", "--save", "/nowhere/x.har"), "Cannot write /nowhere/x.har: No such file"),
        (("http://a", "--save", "README.md"), "not an archive of this program"),
    ],
)
def test_invalid_arguments_are_an_error(arguments: tuple[str, ...], message: str) -> None:
    done = invoke("listen", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_listen_waits_for_a_server_at_most_for_its_timeout() -> None:
    done = run("listen", f"http://127.0.0.1:{free_port()}", "--timeout", "0.5")
    assert done.returncode == 3
    assert "within 0.5 seconds" in done.stderr


@pytest.mark.parametrize("written", ["http://localhost:{}/{}", "127.0.0.1:{}/view/{}/x"])
def test_the_callback_itself_cannot_be_a_target(written: str) -> None:
    uuid = str(uuid4())
    done = invoke(
        "listen", f"http://127.0.0.1:8000/{uuid}", "--forward", written.format(8000, uuid)
    )
    assert done.returncode == 2
    assert "is the callback itself. Requests would be forwarded forever." in done.stderr


def free_target() -> str:
    return f"http://127.0.0.1:{free_port()}"


def test_an_unreachable_server_is_reported_at_once_and_retried() -> None:
    port = str(free_port())
    with Command("listen", port) as listen:
        note = listen.notes.until("Not live: ")
        assert note.endswith("Connection refused. Reconnecting.")
        assert listen.interrupt() == 130, "it has not ended by itself"
    done = run("listen", port, "--timeout", "0.5")
    assert done.returncode == 3
    assert done.stderr.split("\n")[-2].startswith("Error: No webhook logger at http://localhost:")
