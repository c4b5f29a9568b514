"""Generate the reference of the command line, docs/cli-reference.md, from its options."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from deploy.markdown import code, table
from webhook_logger.__main__ import cli
from webhook_logger.client import credentials
from webhook_logger.client.commands import exits as exit_codes
from webhook_logger.client.commands import mcp, secrets
from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.client.settings import PROFILE_VARIABLE, URL_VARIABLE

VARIABLES = {
    URL_VARIABLE: "The server, or the link of a callback.",
    PROFILE_VARIABLE: "The profile in `config.toml`.",
    credentials.VARIABLE: "Header lines for the server, one a line.",
    f"{secrets.VARIABLE}_<PROVIDER>": "The secret of one provider, as in "
    f"`{secrets.VARIABLE}_GITHUB`. `@FILE` reads it from a file.",
    secrets.VARIABLE: "The secret of all other providers.",
    mcp.TOKEN: "The token that clients of `mcp --http` send.",
    "SSL_CERT_FILE": "A file with certificates of authorities to trust, such as your own.",
    "NO_COLOR": "With any value, the output has no colours.",
    "XDG_CONFIG_HOME": "The folder that contains `webhook-logger/config.toml`, if it is not "
    "`~/.config`. On Windows, `APPDATA`.",
    "XDG_STATE_HOME": "The folder that contains `webhook-logger/callbacks.json`, if it is not "
    "`~/.local/state`. On Windows, `LOCALAPPDATA`.",
}


def commands() -> str:
    """Return a section for each command."""
    return "\n\n".join("\n\n".join(_command(name)) for name in cli.commands)


def exits() -> str:
    """Return the exit codes of the command line."""
    rows = [(str(int(each)), each.meaning) for each in exit_codes.Exit]
    return table(("code", "meaning"), rows)


def variables() -> str:
    """Return the environment variables that commands read."""
    rows = [(f"`{name}`", meaning) for name, meaning in VARIABLES.items()]
    return table(("variable", "meaning"), rows)


def _command(name: str) -> Iterator[str]:
    command = cli.commands[name]
    context = click.Context(command, info_name=f"webhook-logger {name}")
    yield f"## {name}"
    yield f"```\n{command.get_usage(context).removeprefix('Usage: ')}\n```"
    yield inspect.cleandoc(command.help or "")
    options = [each for each in command.params if isinstance(each, click.Option)]
    yield table(("option", "default", "meaning"), [_option(each, context) for each in options])
    if isinstance(command, CommandWithExamples):
        yield "Examples:"
        lines = [f"# {sentence}\n{line}\n" for sentence, line in command.examples]
        yield "```sh\n" + "\n".join(lines) + "```"


def _option(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    names = code([*option.opts[:-1], f"{option.opts[-1]}{value}"])
    extra = option.get_help_extra(context)
    default = "required" if option.required else extra.get("default", "")
    return names, default.strip("()"), _meaning(option.help or "", extra.get("range"))


def _meaning(text: str, allowed: str | None) -> str:
    return f"{text} Allowed: `{allowed}`." if allowed else text
