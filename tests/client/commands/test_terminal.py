"""The commands in a terminal of 80 and of 200 columns, with and without colours, and with pipes."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import click
import pytest

from tests.support.command import run
from tests.support.processes import Server
from tests.support.sender import post
from tests.support.terminal import Terminal
from tests.wire_fixture import samples
from webhook_logger.__main__ import cli
from webhook_logger.client.archive.files import Archive
from webhook_logger.client.commands.exits import Exit

WIDTHS = (80, 200)
PLAIN = tuple(
    option for each in cli.commands["listen"].params for option in each.opts if option == "--plain"
)
ESCAPE = re.compile(rb"\x1b(\[[0-9;?]*[A-Za-z]|.)?", re.DOTALL)
COLOR = re.compile(rb"\x1b\[[0-9;]*m")
CHANGING = re.compile(r"\d\d:\d\d:\d\d|\d+(\.\d+)? m?s\b|#\d+|[\w-]+ URL.*|Date: .*")
"""Parts of lines that differ from run to run."""
HOSTILE = b"\x1b[31mred\x1b[2J \xe2\x80\xae \x07" + b"z" * 180
SHOWN = r"\x1b[31mred\x1b[2J \u202e \x07" + "z" * 180
LONG_PATH = "/" + "p" * 190


@dataclass(frozen=True)
class Case:
    """A command line, and what to expect of its output."""

    arguments: tuple[str, ...]
    contains: str
    code: Exit = Exit.DONE
    has_colors: bool = True


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "one.har"
    with Archive(path, "https://hooks.example.com") as archive:
        archive.add(replace(samples()[0], path=f"/{'0' * 8}{LONG_PATH}", subpath=LONG_PATH))
    return path


@pytest.fixture(scope="module")
def url(memory_server: Server) -> str:
    """Return the URL of a callback whose reply has a hostile body."""
    uuid = uuid4()
    body = {"encoding": "base64", "content": b64encode(HOSTILE).decode()}
    request = Request(
        f"{memory_server.url}/api/callbacks/{uuid}/reply",
        json.dumps({"body": body}).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    urlopen(request).close()
    return f"{memory_server.url}/{uuid}"


@pytest.fixture(scope="module")
def cases(url: str, archive: Path) -> dict[str, Case]:
    closed = "http://127.0.0.1:1/" + "z" * 99
    load = ("--requests", "5000", "--viewers", "20000")
    return {
        "reply": Case(("reply", url), "enp6enp6", has_colors=False),
        "send": Case(("send", url, "-d", "x", "-v"), SHOWN),
        "send fails": Case(("send", closed), "did not respond", Exit.UNREACHABLE),
        "replay": Case(("replay", str(archive), "--to", url), "1 × 200"),
        "providers": Case(
            ("providers", "microsoft"), "/value/0/subscriptionExpirationDateTime", has_colors=False
        ),
        "capacity": Case(("capacity", *load), "breaks first:", has_colors=False),
        "a wrong option": Case(
            ("listen", "--filter", "metod:x"), "metod", Exit.USAGE, has_colors=False
        ),
    }


def lines_of(output: bytes) -> list[str]:
    """Return the lines without escape sequences and without parts that change."""
    text = ESCAPE.sub(b"", output).decode().replace("\r\n", "\n")
    return [CHANGING.sub("…", line) for line in text.splitlines()]


def check_escapes(terminal: Terminal, has_colors: bool) -> None:
    """Check that the output has colours and no other escape sequence, or none at all."""
    found = {match[0] for match in ESCAPE.finditer(terminal.raw)}
    assert {each for each in found if not COLOR.fullmatch(each)} == set()
    assert bool(found) is has_colors
    assert bool(terminal.colors) is has_colors


@pytest.mark.parametrize(
    "name",
    ["reply", "send", "send fails", "replay", "providers", "capacity", "a wrong option"],
)
def test_the_output_is_the_same_in_every_terminal_and_in_a_pipe(
    cases: dict[str, Case], name: str, subtests: pytest.Subtests
) -> None:
    """The command itself neither wraps nor shortens lines to the width of the terminal."""
    case = cases[name]
    done = run(*case.arguments)
    assert done.returncode == case.code
    assert "\x1b" not in done.stdout + done.stderr
    piped = lines_of((done.stdout + done.stderr).encode())
    assert any(case.contains in line for line in piped)
    terminals = (
        product(WIDTHS, ("", "1")) if case.has_colors else zip(WIDTHS, ("", "1"), strict=True)
    )
    for columns, no_color in terminals:
        with (
            subtests.test(columns=columns, no_color=no_color),
            Terminal(*case.arguments, columns=columns, NO_COLOR=no_color) as terminal,
        ):
            assert terminal.wait() == case.code
            assert lines_of(terminal.raw) == piped
            check_escapes(terminal, case.has_colors and not no_color)


@pytest.mark.parametrize("columns", WIDTHS)
def test_listen_shows_hostile_requests_as_text_in_one_line(
    memory_server: Server, uuid: str, columns: int
) -> None:
    """A viewer with colours and one without receive the same requests."""
    arguments = ("listen", f"{memory_server.url}/{uuid}", "-v", *PLAIN)
    with (
        Terminal(*arguments, columns=columns, rows=60) as colored,
        Terminal(*arguments, columns=columns, rows=60, NO_COLOR="1") as plain,
    ):
        for terminal in (colored, plain):
            terminal.wait_for("Link for people who may watch:")
        post(memory_server.address, f"/{uuid}{LONG_PATH}", HOSTILE, "X-Long: " + "y" * 190)
        for terminal in (colored, plain):
            terminal.wait_for("#1", "z" * 80)
            terminal.send("\x03")
            assert terminal.wait() == Exit.INTERRUPTED
            lines = lines_of(terminal.raw)
            for part in (LONG_PATH, SHOWN, "X-Long: " + "y" * 190):
                assert any(part in line for line in lines), part
        assert lines_of(colored.raw) == lines_of(plain.raw)
        check_escapes(colored, has_colors=True)
        check_escapes(plain, has_colors=False)


def test_a_command_shows_its_end_and_has_an_exit_code(url: str, subtests: pytest.Subtests) -> None:
    """Most other codes are above; test_listen.py has those that need a time-out or a pipe."""
    for arguments, code, shown in (
        (("send", f"{url}/status/503"), Exit.FAILED, "503"),
        (("reply", url, "--status", "99"), Exit.REJECTED, "status"),
        (("listen", "-h"), Exit.DONE, "Usage: webhook-logger listen"),
    ):
        with subtests.test(arguments), Terminal(*arguments) as terminal:
            assert terminal.wait() == code
            assert shown in terminal.scrollback


def test_serve_prints_one_line_and_ends_with_ctrl_c() -> None:
    with Terminal("serve", "--port", "0") as terminal:
        terminal.wait_for("Webhook logger: open http://127.0.0.1:")
        assert b"\x1b" not in terminal.raw
        terminal.send("\x03")
        assert terminal.wait() == Exit.DONE


def test_the_help_of_every_command_fits_80_columns() -> None:
    commands = {"webhook-logger": cli, **cli.commands}
    for name, command in commands.items():
        context = click.Context(command, info_name=name, terminal_width=80)
        lines = command.get_help(context).splitlines()
        assert max(map(len, lines)) <= 80, name
