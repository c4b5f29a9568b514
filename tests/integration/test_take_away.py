"""What is copied from the page sends the same bytes again: it is run, and a viewer looks."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server
from tests.support.sender import send
from tests.support.viewers import Viewer, Wire

ALL_BYTES = bytes(range(256))
SHELLS = [shell for shell in ("/bin/sh", "/bin/bash", "/bin/zsh") if Path(shell).exists()]

# What each client makes itself; the rest has to be as it was sent.
FRAMING = {"host", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade"}


@dataclass(frozen=True)
class Row:
    """A request; its target continues behind the callback's URL."""

    name: str
    method: str = "POST"
    below: str = ""
    lines: tuple[str, ...] = ()
    body: bytes | None = None

    def raw(self, uuid: str) -> bytes:
        length = () if self.body is None else (f"Content-Length: {len(self.body)}",)
        head = [f"{self.method} /{uuid}{self.below} HTTP/1.1", "Host: h", *self.lines, *length]
        return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + (self.body or b"")


HOSTILE = '\'; touch pwned; `id` $(id) ${HOME} "$x" \\ ! !! !1 #{x} %s %n *?~ <>|&'

BODIES = [
    Row("every byte", body=ALL_BYTES),
    Row("every byte backwards", body=ALL_BYTES[::-1]),
    Row("one NUL", body=b"\0"),
    Row("text that begins with @", body=b"@/etc/passwd"),
    Row("bytes that begin with @", body=b"@\0"),
    Row("text that begins with -", body=b"-d @/etc/passwd"),
    Row("hostile text", body=HOSTILE.encode()),
    Row("hostile lines", body=f"{HOSTILE}\n{HOSTILE}\n".encode()),
    Row("hostile bytes", body=HOSTILE.encode() + b"\0" + HOSTILE.encode()),
    Row("quotes alone", body=b"''''"),
    Row("a backslash at the end", body=b"a\\"),
    Row("backslashes before digits, as text and as bytes", body=rb"\0101\n\c\\0 %b"),
    Row("backslashes before digits, as bytes", body=b"\\0101\\n\\c\\\\0 %b\x01\x0101"),
    Row("line ends of all kinds", body=b"\n\na\r\nb\rc\n\n"),
    Row("line feeds alone", body=b"\n\n\n"),
    Row("tabs", body=b"\t{\n\t}\t"),
    Row("text of many scripts", body="é \u202e \u2028 \ufeff 日本語 😀 👩‍💻 ÿ".encode()),
    Row("text with a byte order mark", body="\ufeff{}".encode()),
    Row("no bytes, and its length", body=b""),
    Row("a form", lines=("Content-Type: application/x-www-form-urlencoded",), body=b"a=%20+&b"),
    Row("text of 300 kB", body=b"it's text!\n" * 30_000),
    Row("bytes of 300 kB", body=ALL_BYTES * 1200),
]
METHODS = [
    *(Row(f"the method {method}", method) for method in ("GET", "HEAD", "DELETE", "OPTIONS")),
    *(Row(f"the method {method}", method) for method in ("foo", "post", "PROPFIND", "TRACE")),
    *(Row(f"the method {method}", method) for method in ("M-SEARCH", "-X", "!#$%&'*+-.^_`|~")),
    *(Row(f"{method} with a body", method, body=b"x") for method in ("GET", "DELETE", "QUERY")),
    Row("HEAD with a length of none", "HEAD", body=b""),
]
TARGETS = [
    Row("a query", "GET", "/a?x=1&x=2&y"),
    Row("escapes", "GET", "/%20%2F%2f%7e%7E%C3%A9%00%zz%?%20=%26%"),
    Row("dots", "GET", "/../a/./b/.."),
    Row("escaped dots", "GET", "/%2e%2E/a/%2e/"),
    Row("dots in the query", "GET", "/?/../a"),
    Row("slashes", "GET", "//a///"),
    Row("brackets and braces", "GET", "/[1-3]{a,b}?a[]=1&b={x}"),
    Row("a fragment", "GET", "/a#b?c#d"),
    Row("a fragment and dots", "GET", "/../[a]#b"),
    Row("a backslash", "GET", "/a\\b\\..\\c?\\"),
    Row("an at sign and colons", "GET", "/user:pass@host:80/a@b:c"),
    Row("hostile characters", "GET", "/'\"`$(id)`;|&<>^!*~?'\"`$(id)!;|&<>^"),
]
HEADERS = [
    Row("doubles in their case and order", lines=("X-Dup: 1", "x-dup: 2", "X-A: 3", "X-Dup: 1")),
    Row("an empty value", lines=("X-Empty:", "Accept:", "User-Agent:", "Content-Type:")),
    Row("an empty type of a body", lines=("Content-Type:",), body=b"x"),
    Row("no type of a body", body=b"x"),
    Row("two types", lines=("Content-Type: a/b", "content-type: c/d"), body=b"x"),
    Row("raw bytes", lines=("X-Latin: caf\xe9 \xa0\xff\x80'!",)),
    Row("a tab", lines=("X-Tab: a\tb",)),
    Row("hostile values", lines=(f"X-Evil: {HOSTILE}", "X-At: @/etc/passwd", "X-Semi: a;")),
    Row("values that look like other items", lines=("X-A: =b", "X-B: :=1", "X-C: ;", "X-D: :")),
    Row("odd names", lines=("!#$%&'*+.^_`|~1: 1", "-X: 2", "--data: 3", "X_Y: 4")),
    Row("what a client sends by itself", lines=("Accept: a/b", "User-Agent: me", "Accept: c/d")),
    Row("codings", lines=("Accept-Encoding: gzip", "Content-Encoding: gzip"), body=b"\x1f\x8b"),
    Row("credentials", lines=("Authorization: Basic eDp5", "Cookie: a=b", "Cookie: c=d")),
    Row("a host and forwarding", lines=("Forwarded: for=1.2.3.4", "Referer: http://a/#b")),
    Row("an upgrade", "GET", lines=("Connection: Upgrade", "Upgrade: websocket")),
    Row("a body that asks first", lines=("Expect: 100-continue",), body=b"x" * 2000),
]
ROWS = [*BODIES, *METHODS, *TARGETS, *HEADERS]


class Stage:
    """A server, a callback, and one viewer of it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.uuid = str(uuid4())
        self.viewer = Viewer(server.url, uuid=self.uuid)
        self.viewer.event("joined")

    def capture(self, raw: bytes) -> Copied:
        """Send the bytes; what the page makes of the request."""
        send(self.server.address, raw)
        request = self.viewer.event("request")
        return Copied(self, request, taken(request, self.server.url))

    def answer(self, raw: bytes) -> Wire:
        """Send the bytes; the request at the viewer."""
        assert send(self.server.address, raw).status == 200
        return self.viewer.event("request")


@dataclass(frozen=True)
class Copied:
    """A captured request, and what it was copied as."""

    stage: Stage
    request: Wire
    formats: dict[str, bytes]

    def run(self, command: str, text: bytes, name: str = "copied") -> Wire:
        """Run the text as a file of its own; the request that came of it."""
        with TemporaryDirectory() as folder:
            (Path(folder) / name).write_bytes(text)
            done = subprocess.run(
                [command, name],
                check=False,
                capture_output=True,
                timeout=PATIENCE_SECONDS,
                cwd=folder,
            )
            assert done.returncode == 0, (done.stderr, text[:2000])
            assert [file.name for file in Path(folder).iterdir()] == [name], "content ran"
        return self.stage.viewer.event("request")


@pytest.fixture(scope="module")
def stage(memory_server: Server) -> Iterator[Stage]:
    stage = Stage(memory_server)
    with stage.viewer:
        yield stage


@pytest.fixture(scope="module", params=ROWS, ids=lambda row: row.name)
def copied(stage: Stage, request: pytest.FixtureRequest) -> Copied:
    return stage.capture(request.param.raw(stage.uuid))


def taken(request: Wire, origin: str) -> dict[str, bytes]:
    """The request in each format, made by the page's own modules."""
    node = shutil.which("node")
    assert node, "no node on the PATH: run the tests with `make test`"
    done = subprocess.run(
        [node, "tests/js/take-away-cli.js"],
        input=json.dumps({"request": request, "origin": origin}).encode(),
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
        timeout=PATIENCE_SECONDS,
    )
    return {name: base64.b64decode(text) for name, text in json.loads(done.stdout).items()}


def sent(request: Wire) -> dict[str, Any]:
    """All of a request that must be the same again."""
    fields = {name: request[name] for name in ("method", "path", "query_string", "body")}
    headers = [line for line in request["headers"] if line[0].lower() not in FRAMING]
    return {**fields, "headers": headers}


@pytest.mark.parametrize("shell", SHELLS)
def test_curl_sends_the_same_bytes(copied: Copied, shell: str) -> None:
    command = copied.formats["curl"]
    assert sent(copied.run(shell, command)) == sent(copied.request), command[:2000]


def test_python_sends_the_same_bytes(copied: Copied) -> None:
    script = copied.formats["python"]
    assert sent(copied.run(sys.executable, script)) == sent(copied.request), script[:2000]


def test_raw_http_sends_the_same_bytes(copied: Copied) -> None:
    again = copied.stage.answer(copied.formats["raw"])
    assert sent(again) == sent(copied.request)
    assert again["host"] == copied.stage.server.authority


@pytest.mark.parametrize("copied", BODIES, ids=lambda row: row.name, indirect=True)
def test_javascript_sends_the_same_body(copied: Copied) -> None:
    again = copied.run(shutil.which("node") or "", copied.formats["javascript"], "copied.mjs")
    assert (again["method"], again["body"]) == ("POST", copied.request["body"])
    assert types_of(again) == types_of(copied.request)


def types_of(request: Wire) -> list[str]:
    return [value for name, value in request["headers"] if name.lower() == "content-type"]


def test_a_body_in_chunks_is_sent_as_one(stage: Stage) -> None:
    head = f"POST /{stage.uuid} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    copied = stage.capture(head.encode() + b"1\r\n\0\r\n2\r\nab\r\n0\r\n\r\n")
    for command, name in (("/bin/sh", "curl"), (sys.executable, "python")):
        assert sent(copied.run(command, copied.formats[name])) == sent(copied.request)
    assert sent(stage.answer(copied.formats["raw"])) == sent(copied.request)


def test_a_body_that_was_not_kept_is_not_sent() -> None:
    with Server(MAX_BODY_BYTES=10) as server:
        stage = Stage(server)
        with stage.viewer:
            copied = stage.capture(Row("too large", body=b"x" * 11).raw(stage.uuid))
            for command, name in (("/bin/sh", "curl"), (sys.executable, "python")):
                text = copied.formats[name]
                assert text.startswith(b"# The body of 11 bytes was over the limit")
                assert copied.run(command, text)["body"]["size"] == 0
            assert stage.answer(copied.formats["raw"])["body"]["size"] == 0
