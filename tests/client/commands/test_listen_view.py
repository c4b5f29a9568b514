"""The interactive view of `listen`, on real terminals."""

from __future__ import annotations

import base64
import hmac
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.command import Command
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Server, free_port
from tests.support.sender import post
from tests.support.terminal import Terminal
from webhook_logger import extras

CTRL_C, CTRL_S, ESCAPE = "\x03", "\x13", "\x1b"
ALTERNATE, NORMAL = b"\x1b[?1049h", b"\x1b[?1049l"


@contextmanager
def live(server: Server, *arguments: str, columns: int = 80, **env: str) -> Iterator[Terminal]:
    """Open the view of a new callback."""
    url = f"{server.url}/{uuid4()}"
    rows = {80: 24, 200: 50}[columns]
    with Terminal("listen", url, *arguments, columns=columns, rows=rows, **env) as terminal:
        terminal.wait_for("● Live", "URL for senders", "q Quit")
        yield terminal


def send(server: Server, terminal: Terminal, subpath: str, body: bytes = b"", *lines: str) -> None:
    """Send a request to the callback of the view, and wait until it is shown."""
    [url] = [line for line in terminal.lines if "URL for senders: " in line]
    path = "/" + url.rpartition("/")[2].strip()
    post(server.address, path + subpath, body, *lines)
    terminal.wait_for(subpath)


GITHUB_BODY = b'{"id":1}'
GITHUB = (
    "X-GitHub-Event: push",
    f"X-Hub-Signature-256: sha256={hmac.new(b'right', GITHUB_BODY, 'sha256').hexdigest()}",
)


@pytest.mark.parametrize("columns", [80, 200])
def test_keys_select_filter_replay_and_edit(memory_server: Server, columns: int) -> None:
    with (
        Endpoint(lambda _: b"HTTP/1.1 418 T\r\nContent-Length: 2\r\n\r\nok") as endpoint,
        live(memory_server, columns=columns) as terminal,
    ):
        send(memory_server, terminal, "/first", GITHUB_BODY, *GITHUB)
        send(memory_server, terminal, "/last", b"a=1")
        terminal.send("k")
        terminal.wait_for("GitHub · push", '"id": 1', "↓ 1 newer")
        terminal.send("/path:first")
        terminal.wait_for("/path:first", without="/last")
        terminal.send(ESCAPE)
        terminal.wait_for("/last", "r Replay")
        terminal.send("r")
        terminal.wait_for("Send requests again to which URL?")
        terminal.send(f"{endpoint.url}\r")
        terminal.wait_for("→418", "sent again")
        assert endpoint.received().endswith(GITHUB_BODY)
        terminal.send("e")
        terminal.wait_for("Edit and send to", '{"id":1}')
        terminal.send(f"x{CTRL_S}")
        terminal.wait_for("edited")
        assert endpoint.received().endswith(b"x" + GITHUB_BODY)
        terminal.send(ESCAPE)
        terminal.wait_for("q Quit")
        terminal.send("q")
        assert terminal.wait() == 0
        assert "2 requests received." in after_the_view(terminal)


@pytest.mark.parametrize("columns", [80, 200])
def test_keys_verify_copy_open_and_help(
    memory_server: Server, columns: int, tmp_path: Path
) -> None:
    opened, archive = tmp_path / "opened", tmp_path / "requests.har"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}.new && mv {opened}.new {opened}\n')
    browser.chmod(0o700)
    options = ("--save", str(archive))
    with live(memory_server, *options, columns=columns, BROWSER=f"{browser} %s") as terminal:
        send(memory_server, terminal, "/first", GITHUB_BODY, *GITHUB)
        terminal.send("s")
        terminal.wait_for("The secret of GitHub")
        terminal.send("right\r")
        terminal.wait_for("✓ The signature is valid.")
        terminal.send("c")
        terminal.wait_for("Copied a curl command")
        copied = terminal.raw.rpartition(b"\x1b]52;c;")[2].partition(b"\x07")[0]
        assert base64.b64decode(copied).startswith(b"curl 'http://")
        terminal.send("o")
        eventually(opened.exists)
        assert "/view/" in opened.read_text()
        terminal.send("?")
        terminal.wait_for("copy as a curl command")
        terminal.send(ESCAPE)
        terminal.wait_for("q Quit", without="copy as a curl command")
        terminal.send("q")
        assert terminal.wait() == 0
    end = after_the_view(terminal)
    assert f"Saved in {archive}: 1 request." in end
    assert "Link for people who may watch: " in end
    assert len(json.loads(archive.read_text())["log"]["entries"]) == 1


def after_the_view(terminal: Terminal) -> str:
    """Return what was written after the terminal was restored."""
    return terminal.raw.rpartition(NORMAL)[2].decode().replace("\r\n", "\n")


def test_colours_are_those_of_the_terminal_unless_no_color_is_set(memory_server: Server) -> None:
    colors = {}
    for value in ("", "1"):
        env = {"NO_COLOR": value} if value else {}
        with live(memory_server, **env) as terminal:
            send(memory_server, terminal, "/a", b'{"a": 1}', "Content-Type: application/json")
            terminal.send("?")
            terminal.wait_for("copy as a curl command")
            terminal.send(ESCAPE)
            terminal.wait_for("q Quit", '"a": 1', without="copy as")
            colors[value] = terminal.colors
    assert {"green", "cyan"} <= colors[""]
    named = {"black", "red", "green", "brown", "blue", "magenta", "cyan", "white"}
    assert colors[""] <= named | {f"bright{name}" for name in named}, "no fixed RGB colour"
    assert colors["1"] == set()


def test_the_view_forwards_responds_and_ends_after_its_count(memory_server: Server) -> None:
    with (
        Endpoint(lambda _: b"HTTP/1.1 201 C\r\nContent-Length: 2\r\n\r\nhi") as endpoint,
        live(memory_server, "--forward", endpoint.url, "--respond", "--count", "2") as terminal,
    ):
        terminal.wait_for("Senders receive the target's responses.")
        send(memory_server, terminal, "/a")
        terminal.wait_for("201 →201", "from a responder")
        [url] = [line for line in terminal.lines if "URL for senders: " in line]
        assert post(memory_server.address, "/" + url.rpartition("/")[2]).status == 201
        assert terminal.wait() == 0
        end = after_the_view(terminal)
        assert f"Forwarded to {endpoint.url}: 2 × 201." in end
        assert "Responses sent to senders: 2." in end


@pytest.mark.parametrize(
    ("end", "code"),
    [(CTRL_C, 130), (signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGHUP, 129)],
)
def test_waiting_senders_get_a_response_when_the_view_ends(
    memory_server: Server, end: str | signal.Signals, code: int, tmp_path: Path
) -> None:
    archive = tmp_path / "requests.har"
    go = threading.Event()
    statuses: list[int] = []

    def slow(_: bytes) -> bytes:
        go.wait(PATIENCE_SECONDS)
        return b""

    with Endpoint(slow) as endpoint:
        arguments = ("--forward", endpoint.url, "--respond", "--save", str(archive))
        with live(memory_server, *arguments) as terminal:
            terminal.wait_for("Senders receive the target's responses.")
            [url] = [line for line in terminal.lines if "URL for senders: " in line]
            path = "/" + url.rpartition("/")[2].strip() + "/waits"
            sender = threading.Thread(
                target=lambda: statuses.append(post(memory_server.address, path).status)
            )
            sender.start()
            terminal.wait_for("/waits")
            endpoint.received()
            if isinstance(end, str):
                terminal.send(end)
            else:
                os.kill(terminal.pid, end)
            assert terminal.wait() == code
            if end is not signal.SIGHUP:
                assert terminal.raw.rindex(NORMAL) > terminal.raw.rindex(ALTERNATE)
                assert b"1 request received." in terminal.raw
        sender.join(PATIENCE_SECONDS)
        go.set()
    assert statuses == [502]
    assert len(json.loads(archive.read_text())["log"]["entries"]) == 1


def test_an_error_ends_the_view_and_is_printed() -> None:
    arguments = ("listen", f"127.0.0.1:{free_port()}", "--timeout", "2")
    with Terminal(*arguments) as terminal:
        assert terminal.wait() == 3
        end = after_the_view(terminal)
        assert "Error: No webhook logger at" in end
        assert "requests received" not in end


@pytest.mark.parametrize(
    ("options", "env"), [(("--plain",), {}), ((), {"PYTHONIOENCODING": "iso-8859-1"})]
)
def test_plain_lines_are_printed_if_asked_for_or_without_utf_8(
    memory_server: Server, options: Sequence[str], env: dict[str, str]
) -> None:
    url = f"{memory_server.url}/{uuid4()}"
    with Terminal("listen", url, *options, **env) as terminal:
        terminal.wait_for("Live.")
        post(memory_server.address, "/" + url.rpartition("/")[2])
        terminal.wait_for("POST    /")
        terminal.send(CTRL_C)
        assert terminal.wait() == 130
        assert "1 request received." in terminal.text
        assert ALTERNATE not in terminal.raw


def test_without_textual_a_hint_says_how_to_get_the_view(memory_server: Server) -> None:
    hidden = (
        "import sys; sys.modules['textual'] = None; import webhook_logger.__main__ as m; m.main()"
    )
    url = f"{memory_server.url}/{uuid4()}"
    python = (sys.executable, "-W", "ignore", "-c", hidden)
    with Terminal("listen", url, command=python, columns=200) as terminal:
        terminal.wait_for(extras.command("tui"), "Live.")
        terminal.send(CTRL_C)
        assert terminal.wait() == 130


def test_textual_is_not_imported_without_a_terminal(memory_server: Server) -> None:
    code = "import sys, webhook_logger.client.commands.listen; print('textual' in sys.modules)"
    url = f"{memory_server.url}/{uuid4()}"
    with Command("listen", url, "--timeout", "0.5") as listen:
        listen.wait()
        assert "\x1b" not in listen.out.all + listen.notes.all
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
