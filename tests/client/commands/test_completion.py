"""`webhook-logger completion`, in real shells."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from tests.support.processes import ROOT
from tests.support.terminal import Terminal
from webhook_logger.__main__ import cli
from webhook_logger.client.commands import completion
from webhook_logger.client.commands.exits import Exit

SHELLS = {
    "bash": ("bash", "--noprofile", "-i"),
    "zsh": ("zsh", "-d", "-i"),
    "fish": ("fish", "-i"),
}
START_UP = {"bash": ".bashrc", "zsh": ".zshrc"}
INSTALLED = [shell for shell in SHELLS if shutil.which(shell)]
PROFILE = '[profiles.workplace]\nurl = "https://hooks.example"\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, in a system without a package that loads completions of bash."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "ZDOTDIR", "BASH_COMPLETION_USER_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(completion, "BASH_COMPLETION", ())
    return tmp_path


def invoke(*arguments: str, code: int = Exit.DONE) -> Result:
    result = CliRunner().invoke(cli, ["completion", *arguments])
    assert result.exit_code == code, result.output
    return result


def program(folder: Path) -> Path:
    """Write the command as a program, as pip does, and return its folder."""
    file = folder / "bin/webhook-logger"
    file.parent.mkdir()
    file.write_text(f'#!/bin/sh\nexec {sys.executable} -m webhook_logger "$@"\n')
    file.chmod(0o755)
    return file.parent


@pytest.mark.parametrize("shell", INSTALLED)
def test_an_installed_completion_works_in_a_new_shell(home: Path, shell: str) -> None:
    if shell in START_UP:
        (home / START_UP[shell]).write_text("PS1='ready> '")  # without a newline at its end
    invoke(shell, "--install")
    path = f"{program(home)}:{os.environ['PATH']}"
    env = {"PATH": path, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(home / ".config")}
    with Terminal(command=SHELLS[shell], columns=100, cwd=str(home), HOME=str(home), **env) as term:
        term.wait_for("ready>" if shell in START_UP else "~")
        term.send("webhook-logger comple\t")
        term.wait_for("webhook-logger completion")
        term.send("\x15webhook-logger send --provider shopify --event orders/cr\t")
        term.wait_for("--event orders/create")


def test_names_are_completed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    (home / "webhook-logger").mkdir()
    (home / "webhook-logger/config.toml").write_text(PROFILE)
    for words, completed in (
        (("--profile", ""), ["workplace"]),
        (("listen", "--profile", "wo"), ["workplace"]),
        (("send", "--sign", "shopi"), ["shopify"]),
        (("send", "--provider", "github", "--event", "pus"), ["push"]),
        (("send", "--event", "pus"), []),
        (("providers", "gith"), ["github"]),
        (("completion", ""), ["bash", "zsh", "fish"]),
    ):
        assert complete(*words) == completed, words
    (home / "webhook-logger/config.toml").write_text("url =")
    assert complete("listen", "--profile", "") == []


def complete(*words: str) -> list[str]:
    """Return the completions of the last word."""
    found = ShellComplete(cli, {}, "webhook-logger", "X").get_completions(
        list(words[:-1]), words[-1]
    )
    return [each.value for each in found]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_second_installation_changes_nothing(home: Path, shell: str) -> None:
    first = invoke(shell, "--install").output
    assert first.startswith("Wrote ~/.")
    files = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    assert len(files) == (2 if shell in START_UP else 1)
    again = invoke(shell, "--install").output
    assert "is up to date" in again
    assert "Added" not in again
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == files


def test_bash_with_its_package_needs_no_line_in_a_start_up_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "BASH_COMPLETION", ("/",))
    monkeypatch.setenv("SHELL", "/usr/local/bin/bash")
    file = home / ".local/share/bash-completion/completions/webhook-logger"
    assert f"Wrote ~/{file.relative_to(home)}\n" in invoke("--install").output
    assert not (home / ".bashrc").exists()
    assert invoke().output == file.read_text()


def test_errors_say_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert "Name the shell: webhook-logger completion bash|zsh|fish" in invoke(code=2).stderr
    (home / ".config").touch()
    assert "Cannot write " in invoke("fish", "--install", code=2).stderr
