"""`webhook-logger completion`: complete commands, options and names in a shell."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.client.config.toml_file import short
from webhook_logger.client.errors import Invalid

COMMAND = "webhook-logger"
SHELLS = ("bash", "zsh", "fish")
BASH_COMPLETION = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/usr/local/etc/profile.d/bash_completion.sh",
    "/opt/homebrew/etc/profile.d/bash_completion.sh",
    "/opt/local/etc/profile.d/bash_completion.sh",
)
"""The package that loads completions from a folder, if a system has it."""
_ZSH_START = "autoload -Uz compinit\n(( $+functions[compdef] )) || compinit\n"
_MARK = f"# Completion of {COMMAND}"


@dataclass(frozen=True, slots=True)
class ScriptPlace:
    """The file of a script, and the start-up file of the shell if the shell does not find it."""

    file: Path
    start_up: Path | None = None

    @property
    def line(self) -> str:
        """The command that loads the script."""
        path = str(self.file).replace("'", "'\\''")
        return f"source '{path}'"


@click.command(
    cls=CommandWithExamples,
    examples=(
        (
            "Install it for your shell.",
            "webhook-logger completion --install",
        ),
        (
            "Install it for another shell.",
            "webhook-logger completion zsh --install",
        ),
        (
            "Print the script, to install it yourself.",
            "webhook-logger completion fish",
        ),
    ),
)
@click.argument("shell", required=False, type=click.Choice(SHELLS))
@click.option("--install", is_flag=True, help="Install the script, so that new shells use it.")
@click.pass_context
def completion(ctx: click.Context, shell: str | None, install: bool) -> None:
    """Let your shell complete commands and names with Tab.

    Without --install, print the script for SHELL: bash, zsh or fish. The default is your shell.
    """
    chosen = shell or _own_shell()
    script = _script(ctx.find_root().command, chosen)
    if not install:
        click.echo(script, nl=False)
        return
    try:
        _install(_PLACES[chosen](), script)
    except OSError as error:
        raise Invalid(f"Cannot write {error.filename}: {error.strerror}.") from error


def _own_shell() -> str:
    name = Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise click.UsageError(f"Name the shell: {COMMAND} completion {'|'.join(SHELLS)}")
    return name


def _script(command: click.Command, shell: str) -> str:
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101  # one of SHELLS
    variable = f"_{COMMAND}_COMPLETE".replace("-", "_").upper()
    source = kind(command, {}, COMMAND, variable).source().strip()
    return f"{_ZSH_START if shell == 'zsh' else ''}{source}\n"


def _install(place: ScriptPlace, script: str) -> None:
    """Write the script, and let the shell load it. Changes nothing the second time."""
    place.file.parent.mkdir(parents=True, exist_ok=True)
    if place.file.is_file() and place.file.read_text(encoding="utf-8") == script:
        click.echo(f"{short(place.file)} is up to date.")
    else:
        place.file.write_text(script, encoding="utf-8")
        click.echo(f"Wrote {short(place.file)}")
    if place.start_up and _add_line(place.start_up, place.line):
        click.echo(f"Added a line to {short(place.start_up)} that loads it.")
    click.echo(f"New shells complete {COMMAND}. In this shell, run: {place.line}")


def _add_line(file: Path, line: str) -> bool:
    """Append a line to a start-up file, unless it is already there."""
    before = file.read_bytes() if file.exists() else b""
    if line.encode() in before.splitlines():
        return False
    start = b"" if not before or before.endswith(b"\n") else b"\n"
    with file.open("ab") as opened:  # keeps its mode, and the target of a link
        opened.write(start + f"\n{_MARK}\n{line}\n".encode())
    return True


def _bash() -> ScriptPlace:
    own = os.environ.get("BASH_COMPLETION_USER_DIR")
    file = (Path(own) if own else _data() / "bash-completion") / "completions" / COMMAND
    is_found = any(Path(each).exists() for each in BASH_COMPLETION)
    return ScriptPlace(file, None if is_found else Path.home() / ".bashrc")


def _zsh() -> ScriptPlace:
    folder = Path(os.environ.get("ZDOTDIR") or Path.home())
    return ScriptPlace(_data() / COMMAND / "completion.zsh", folder / ".zshrc")


def _fish() -> ScriptPlace:
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return ScriptPlace(folder / f"fish/completions/{COMMAND}.fish")


def _data() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")


_PLACES: dict[str, Callable[[], ScriptPlace]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
