"""The help of each command: its examples are correct, and fit on a terminal."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from webhook_logger.__main__ import cli
from webhook_logger.client.commands.examples import CommandWithExamples

COMMANDS: dict[str, click.Command] = {"": cli, **cli.commands}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples_that_are_valid(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("hooks.har", "event.json"):
        (tmp_path / file).touch()
    command = COMMANDS[name]
    assert isinstance(command, CommandWithExamples)
    assert 2 <= len(command.examples) <= 6
    for sentence, line in command.examples:
        assert sentence.endswith(".")
        words = [word for word in shlex.split(line) if not re.match("[A-Z_]+=", word)]
        if words[0] == "claude":  # which runs the command after the dashes
            words = words[words.index("--") + 1 :]
        assert words.pop(0) == "webhook-logger"
        chosen = words.pop(0)
        assert chosen == name or not name
        if "--help" not in words:
            # Parses the arguments, and runs nothing.
            parent = click.Context(cli, **cli.context_settings)
            COMMANDS[chosen].make_context(chosen, words, parent).close()


def test_the_help_fits_on_80_columns() -> None:
    for name in COMMANDS:
        shown = CliRunner().invoke(cli, [*([name] if name else []), "-h"], terminal_width=80).output
        assert "\nExamples:\n" in shown
        assert [line for line in shown.splitlines() if len(line) > 80] == [], name
    listed = CliRunner().invoke(cli, ["-h"], terminal_width=80).output.partition("Commands:")[2]
    assert "..." not in listed
