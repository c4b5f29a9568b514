"""Exit codes of the commands."""

from __future__ import annotations

import errno
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.support.command import COMMAND, Command, environment, run
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server
from webhook_logger.client import errors
from webhook_logger.client.commands.exits import Commands, Exit


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.Invalid("No."), Exit.USAGE),
        (errors.TooSlow("No."), Exit.UNREACHABLE),
        (errors.Rejected("No."), Exit.REJECTED),
        (errors.TooLarge("No."), Exit.FAILED),
        (errors.NothingArrived("No."), Exit.TOO_LATE),
        (OSError(errno.ENOSPC, "No space left on device"), Exit.FAILED),
        (KeyboardInterrupt(), Exit.INTERRUPTED),
    ],
)
def test_an_error_gives_a_message_and_an_exit_code(
    error: BaseException, code: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.group(cls=Commands)
    def group() -> None:
        pass

    @group.command()
    def fail() -> None:
        raise error

    with pytest.raises(SystemExit) as ended:
        group(["fail"])
    assert ended.value.code == code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">/dev/full", "2>/dev/full"])
def test_an_unusable_standard_stream_gives_no_traceback(
    memory_server: Server, uuid: str, closed: str
) -> None:
    send = shlex.join([*COMMAND, "send", f"{memory_server.url}/{uuid}", "-d", "@-"])
    done = subprocess.run(
        ["/bin/sh", "-c", f"{send} {closed}"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    full = closed == ">/dev/full"
    assert done.returncode == (Exit.FAILED if full else Exit.DONE)
    assert done.stderr == ("Error: No space left on device\n" if full else "")


def test_an_error_message_cannot_control_the_terminal() -> None:
    done = run("listen", "http://\x1b[31m/")
    assert "\x1b" not in done.stderr
    assert done.returncode == Exit.USAGE


def test_help_works_without_a_server() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("listen", "send", "replay", "serve"):
        assert f"  {command} " in done.stdout


IMPORTS = """
import contextlib, io, sys
from webhook_logger.__main__ import cli
with contextlib.redirect_stdout(io.StringIO()):
    cli(["send", "--help"], standalone_mode=False)
modules = set(sys.modules)
with contextlib.redirect_stdout(io.StringIO()):
    cli(["providers", "github"], standalone_mode=False)
commands = {each.callback.__module__ for each in cli.commands.values()}
print(*modules & commands)
print(*sys.modules)
"""


def test_a_command_imports_only_what_it_uses() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    commands, modules = done.stdout.splitlines()
    assert commands == "webhook_logger.client.commands.send"
    assert not {name.partition(".")[0] for name in modules.split()} & {
        # of the server
        *("flask", "flask_socketio", "eventlet", "httptools", "orjson", "redis"),
        # of the stream, which `Inbox` imports
        *("socketio", "engineio", "requests", "websocket"),
        # of extras
        *("textual", "mcp"),
    }


@pytest.mark.parametrize("library", ["click", "rich"])  # of the program, and of the command
def test_ctrl_c_during_imports_ends_the_command_silently(library: str, tmp_path: Path) -> None:
    # Replaces a library: prints a line and waits.
    file = tmp_path / f"{library}.py"
    file.write_text("print('imports', flush=True); import time; time.sleep(60)")
    with Command("listen", PYTHONPATH=str(tmp_path)) as command:
        assert command.out.until("imports") == "imports"
        assert command.interrupt() == 130
    assert command.notes.all == ""


STUCK = """
import signal, time
from webhook_logger import __main__
from webhook_logger.client.commands import exits

def stuck(**_):
    signal.signal(signal.SIGINT, lambda *_: None)
    print("waits", flush=True)
    time.sleep(3600)

exits.END_SECONDS = 0.1
__main__.cli = stuck
__main__.main()
"""


def test_ctrl_c_ends_a_blocked_command() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STUCK], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 130
