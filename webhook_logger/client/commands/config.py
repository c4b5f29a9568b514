"""`webhook-logger config`: show the server, the callback and the files in use, without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from webhook_logger.client.address import Address
from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.client.commands.server_options import profile, shared_callback, with_key
from webhook_logger.client.config import toml_file
from webhook_logger.client.config.profiles import DEFAULT
from webhook_logger.client.config.project import FILE, Project, find_project, untrusted_files
from webhook_logger.client.config.remembered import callbacks_file, recall
from webhook_logger.client.settings import Choice, Source, choose
from webhook_logger.plain import plain


@click.command(
    cls=CommandWithExamples,
    examples=(
        (
            "Show the server and the callback that commands in this folder use.",
            "webhook-logger config",
        ),
        (
            "Show those of a profile.",
            "webhook-logger config --profile work",
        ),
    ),
)
@click.argument("url", required=False)
@profile
def config(url: str | None, profile: str | None) -> None:
    """Show the server, the callback and the files in use.

    It also shows which setting chose them. It contacts no server, and hides view keys and the
    values of headers.
    """
    project = find_project()
    choice = choose(url, profile, project=project)
    for name, text in _lines(choice, project):
        click.echo(plain(f"{name + ':' if name else '':<11}{text}"))
    if warning := choice.profiles.problem():
        click.echo(plain(f"Warning: {warning}"), err=True)


def _lines(choice: Choice, project: Project) -> Iterator[tuple[str, str]]:
    address = choice.address
    yield "Server", address.base
    yield "", f"from {_source(choice, project)}"
    names = ", ".join(name for name, _ in address.headers)
    source = choice.headers_source or "the URL"
    yield "Headers", f"{names}, from {source}" if names else "none"
    yield from _callback(choice, project, address)
    names = ", ".join(each.name for each in choice.profiles)
    yield "Profiles", names or "none"
    yield "Files", _file(choice.profiles.file)
    yield "", _file(project.file or project.folder / FILE)
    yield "", _file(callbacks_file())
    for file in untrusted_files():
        yield "", f"{toml_file.short(file)} is not used: it belongs to another user"


def _callback(choice: Choice, project: Project, address: Address) -> Iterator[tuple[str, str]]:
    shared = shared_callback(project, address)
    key = recall(project.folder, address.base)
    folder = toml_file.short(project.folder)
    if choice.names_callback:
        yield "Callback", address.url
        yield "", f"from {_source(choice, project)}"
    elif shared:
        yield "Callback", shared.url
        yield "", f"from {toml_file.short(project.file or project.folder)}"
    elif key:
        yield "Callback", with_key(address, key).url
        yield "", f"remembered for {folder}; `listen --new` makes another"
    else:
        yield "Callback", f"none yet for {folder}; `listen` makes one"


def _source(choice: Choice, project: Project) -> str:
    file = toml_file.short(choice.profiles.file)
    chooser = {
        Source.PROJECT: toml_file.short(project.file or project.folder),
        Source.DEFAULT_PROFILE: file,
        Source.NOTHING: "the default, because nothing else is set",
    }.get(choice.source, choice.source.value)
    if choice.profile and choice.profile.name != DEFAULT:
        return f"the profile “{choice.profile.name}” in {file}, chosen by {chooser}"
    return chooser


def _file(file: Path) -> str:
    return f"{toml_file.short(file)}{'' if file.exists() else ' (does not exist)'}"
