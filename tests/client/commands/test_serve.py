"""`webhook-logger serve` starts the server, or prints which part is missing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.support.command import COMMAND, environment, run
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server, status_of
from webhook_logger import extras
from webhook_logger.client.commands import serve


def test_options_are_settings_of_the_server() -> None:
    with Server((*COMMAND, "serve", "--url-prefix", "/hooks", "--port", "0")) as server:
        assert "/hooks/" in server.first_line
        assert status_of(f"{server.url}/hooks/healthz") == 200


def test_a_password_in_an_option_does_not_stay_in_the_process_title() -> None:
    url = "redis://:s3cret@127.0.0.1:1/0"
    with Server((*COMMAND, "serve", "--redis-url", url, "--port", "0")) as server:
        assert "s3cret" not in Path(f"/proc/{server.pid}/cmdline").read_text()
        assert "s3cret" not in server.first_line


def test_an_option_overrides_the_environment() -> None:
    with Server((*COMMAND, "serve", "--host", "localhost"), HOST="192.0.2.1") as server:
        assert status_of(f"{server.url}/healthz") == 200


def test_an_invalid_setting_is_an_error() -> None:
    done = run("serve", "--port", "x")
    assert done.returncode == 1
    assert done.stderr == ("The setting PORT must be a whole number from 0 to 65535; it is 'x'.\n")


def test_the_server_ends_with_the_program_that_started_it() -> None:
    command = (*COMMAND, "serve", "--until-eof", "--port", "0")
    with subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, env=environment()) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert b"http://" in server.stdout.readline()
        server.stdin.close()
        assert server.wait(PATIENCE_SECONDS) == 0


def test_a_missing_server_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert serve.missing_parts() == ""
    monkeypatch.setattr(serve, "find_spec", lambda name: None if name == "flask" else name)
    assert extras.command("server") in serve.missing_parts()


def test_missing_scripts_are_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(serve, "PACKAGE", tmp_path / "webhook_logger")
    assert "The page's scripts are missing" in serve.missing_parts()


def test_the_required_packages_are_those_that_the_server_imports() -> None:
    files = [*(ROOT / "webhook_logger").rglob("*.py"), ROOT / "wsgi.py", ROOT / "config.py"]
    sources = [file.read_text() for file in files if "client" not in file.parts]
    names = set(re.findall(r"^\s*(?:from|import) (\w+)", "\n".join(sources), re.MULTILINE))
    third = names - set(sys.stdlib_module_names)
    assert set(serve.REQUIRED) <= third
