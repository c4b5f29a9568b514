"""Run each export of the page and check that it sends the same bytes again."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest

from tests.support.node import output_of
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Server
from tests.support.sender import send
from tests.support.viewers import Viewer, Wire

ALL_BYTES = bytes(range(256))
SHELLS = [shell for shell in ("/bin/sh", "/bin/bash", "/bin/zsh") if Path(shell).exists()]

# Headers that each client sets itself; all others must be unchanged.
FRAMING = {"host", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade"}


@dataclass(frozen=True)
class Row:
    """A request; its target is the callback's URL followed by `suffix`."""

    name: str
    method: str = "POST"
    suffix: str = ""
    lines: tuple[str, ...] = ()
    body: bytes | None = None

    def raw(self, uuid: str) -> bytes:
        length = () if self.body is None else (f"Content-Length: {len(self.body)}",)
        head = [f"{self.method} /{uuid}{self.suffix} HTTP/1.1", "Host: h", *self.lines, *length]
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
    Row("HEAD with a length of zero", "HEAD", body=b""),
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
    Row("duplicates in their case and order", lines=("X-Dup: 1", "x-dup: 2", "X-A: 3", "X-Dup: 1")),
    Row("an empty value", lines=("X-Empty:", "Accept:", "User-Agent:", "Content-Type:")),
    Row("an empty content type", lines=("Content-Type:",), body=b"x"),
    Row("no content type", body=b"x"),
    Row("two content types", lines=("Content-Type: a/b", "content-type: c/d"), body=b"x"),
    Row("raw bytes", lines=("X-Latin: caf\xe9 \xa0\xff\x80'!",)),
    Row("a tab", lines=("X-Tab: a\tb",)),
    Row("hostile values", lines=(f"X-Evil: {HOSTILE}", "X-At: @/etc/passwd", "X-Semi: a;")),
    Row("values that look like other items", lines=("X-A: =b", "X-B: :=1", "X-C: ;", "X-D: :")),
    Row("odd names", lines=("!#$%&'*+.^_`|~1: 1", "-X: 2", "--data: 3", "X_Y: 4")),
    Row(
        "lines that clients set by default", lines=("Accept: a/b", "User-Agent: me", "Accept: c/d")
    ),
    Row("codings", lines=("Accept-Encoding: gzip", "Content-Encoding: gzip"), body=b"\x1f\x8b"),
    Row("credentials", lines=("Authorization: Basic eDp5", "Cookie: a=b", "Cookie: c=d")),
    Row("a host and forwarding", lines=("Forwarded: for=1.2.3.4", "Referer: http://a/#b")),
    Row("an upgrade", "GET", lines=("Connection: Upgrade", "Upgrade: websocket")),
    Row("a body with an expectation", lines=("Expect: 100-continue",), body=b"x" * 2000),
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
        """Send the bytes and return the captured request with its exports."""
        [copied] = self.capture_all([raw])
        return copied

    def capture_all(self, raws: list[bytes]) -> list[Copied]:
        """Send the requests one after the other and return each with its exports."""
        requests = []
        for raw in raws:
            send(self.server.address, raw)
            requests.append(self.viewer.event("request"))
        return [
            Copied(self, *each) for each in zip(requests, self._exported(requests), strict=True)
        ]

    def _exported(self, requests: list[Wire]) -> list[dict[str, bytes]]:
        """Export each request in all formats with the page's modules."""
        given = {"requests": requests, "origin": self.server.url}
        return [
            {name: base64.b64decode(text) for name, text in formats.items()}
            for formats in output_of("tests/js/export-cli.js", given)
        ]

    def deliver(self, raw: bytes) -> Wire:
        """Send the bytes and return the request that the viewer receives."""
        assert send(self.server.address, raw).status == 200
        return self.viewer.event("request")


@dataclass(frozen=True)
class Copied:
    """A captured request and its exports by format."""

    stage: Stage
    request: Wire
    formats: dict[str, bytes]

    def run(self, command: str, text: bytes, name: str = "copied") -> Wire:
        """Run the text as a file and return the request that it sends."""
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


# Each program runs the file `copied` in each given folder and prints the exit codes. The output of
# a file goes next to its folder, because the folder must contain the file only.
RUN_SHELL = """
for folder in "$@"; do
  (cd "$folder" && exec "$0" copied) >"$folder.log" 2>&1
  echo $?
done
"""
RUN_PYTHON = """
import contextlib, os, runpy, sys, traceback
for folder in sys.argv[1:]:
    os.chdir(folder)
    code = 0
    with open(folder + ".log", "w") as log, contextlib.redirect_stdout(log):
        try:
            runpy.run_path("copied", run_name="__main__")
        except BaseException:
            code = 1
            traceback.print_exc(file=log)
    print(code)
"""
RUN_JAVASCRIPT = """
import { writeFileSync } from "node:fs";
const report = console.log;
for (const folder of process.argv.slice(1)) {
  process.chdir(folder);
  console.log = () => {};
  const code = await import(`file://${folder}/copied`).then(() => 0, (error) => {
    writeFileSync(`${folder}.log`, String(error.stack));
    return 1;
  });
  report(code);
}
"""
RUNNERS = {shell: ("curl", ["/bin/sh", "-c", RUN_SHELL, shell]) for shell in SHELLS} | {
    "python": ("python", [sys.executable, "-c", RUN_PYTHON]),
    "node": ("javascript", ["node", "--input-type=module", "--eval", RUN_JAVASCRIPT, "--"]),
}


class Copies:
    """All rows, exported in every format. Each runner executes its exports in one process."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        raws = [row.raw(stage.uuid) for row in ROWS]
        self._copied = dict(zip(ROWS, stage.capture_all(raws), strict=True))
        self._again: dict[str, dict[Row, Wire | str]] = {}

    def of(self, row: Row) -> Copied:
        return self._copied[row]

    def again(self, runner: str, row: Row) -> Wire:
        """Return the request that the row's export sends."""
        if runner not in self._again:
            self._again[runner] = self._run(runner, BODIES if runner == "node" else ROWS)
        again = self._again[runner][row]
        assert not isinstance(again, str), again
        return again

    def _run(self, runner: str, rows: list[Row]) -> dict[Row, Wire | str]:
        """Run the exports. Return for each row its request, or a description of the failure."""
        format_, command = RUNNERS[runner]
        with TemporaryDirectory() as temporary:
            folders = [Path(temporary, f"{number:03}") for number in range(len(rows))]
            for folder, row in zip(folders, rows, strict=True):
                folder.mkdir()
                (folder / "copied").write_bytes(self.of(row).formats[format_])
            done = subprocess.run(
                [*command, *folders], check=True, capture_output=True, timeout=PATIENCE_SECONDS
            )
            codes = [int(code) for code in done.stdout.split()]
            failures = [self._failure(*each) for each in zip(folders, codes, strict=True)]
        # Sort them: python-socketio's handlers run in threads, which can change the order.
        events = (self.stage.viewer.event("request") for code in codes if not code)
        arrived = iter(sorted(events, key=lambda request: int(request["seq"])))
        sent = [None if code else next(arrived) for code in codes]
        outcomes = [failure or request for failure, request in zip(failures, sent, strict=True)]
        return dict(zip(rows, outcomes, strict=True))

    def _failure(self, folder: Path, code: int) -> str:
        if code:
            log = folder.with_suffix(".log").read_text(errors="replace")
            return f"it exited with {code}: {log}; {(folder / 'copied').read_bytes()[:2000]!r}"
        files = [file.name for file in folder.iterdir()]
        return "" if files == ["copied"] else f"content ran: {files}"


@pytest.fixture(scope="module")
def stage(memory_server: Server) -> Iterator[Stage]:
    stage = Stage(memory_server)
    with stage.viewer:
        yield stage


@pytest.fixture(scope="module")
def copies(stage: Stage) -> Copies:
    return Copies(stage)


def sent(request: Wire) -> dict[str, Any]:
    """Return the parts of a request that an export must reproduce."""
    fields = {name: request[name] for name in ("method", "path", "query_string", "body")}
    headers = [line for line in request["headers"] if line[0].lower() not in FRAMING]
    return {**fields, "headers": headers}


@pytest.mark.parametrize("runner", [*SHELLS, "python"])
def test_curl_and_python_send_the_same_bytes(
    copies: Copies, subtests: pytest.Subtests, runner: str
) -> None:
    for row in ROWS:
        with subtests.test(row.name):
            assert sent(copies.again(runner, row)) == sent(copies.of(row).request)


def test_raw_http_sends_the_same_bytes(copies: Copies, subtests: pytest.Subtests) -> None:
    for row in ROWS:
        with subtests.test(row.name):
            copied = copies.of(row)
            again = copies.stage.deliver(copied.formats["raw"])
            assert sent(again) == sent(copied.request)
            assert again["host"] == copies.stage.server.authority


def test_javascript_sends_the_same_body(copies: Copies, subtests: pytest.Subtests) -> None:
    for row in BODIES:
        with subtests.test(row.name):
            again, request = copies.again("node", row), copies.of(row).request
            assert (again["method"], again["body"]) == ("POST", request["body"])
            assert types_of(again) == types_of(request)


def types_of(request: Wire) -> list[str]:
    return [value for name, value in request["headers"] if name.lower() == "content-type"]


def test_a_chunked_body_is_exported_as_one_body(stage: Stage) -> None:
    head = f"POST /{stage.uuid} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    copied = stage.capture(head.encode() + b"1\r\n\0\r\n2\r\nab\r\n0\r\n\r\n")
    for command, name in (("/bin/sh", "curl"), (sys.executable, "python")):
        assert sent(copied.run(command, copied.formats[name])) == sent(copied.request)
    assert sent(stage.deliver(copied.formats["raw"])) == sent(copied.request)


def test_an_export_without_a_captured_body_sends_no_body() -> None:
    with Server(MAX_BODY_BYTES=10) as server:
        stage = Stage(server)
        with stage.viewer:
            copied = stage.capture(Row("too large", body=b"x" * 11).raw(stage.uuid))
            for command, name in (("/bin/sh", "curl"), (sys.executable, "python")):
                text = copied.formats[name]
                assert text.startswith(b"# The body of 11 bytes was larger than the limit")
                assert copied.run(command, text)["body"]["size"] == 0
            assert stage.deliver(copied.formats["raw"])["body"]["size"] == 0
