"""The options of the commands that talk to a server, and the callback that they choose."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import click
from click.shell_completion import CompletionItem

from webhook_logger.callbacks import uuid_of_key
from webhook_logger.client.address import Address, absolute
from webhook_logger.client.api import Api
from webhook_logger.client.commands import options
from webhook_logger.client.config import toml_file
from webhook_logger.client.config.profiles import load
from webhook_logger.client.config.project import Project, find_project
from webhook_logger.client.config.remembered import remember, server_id
from webhook_logger.client.credentials import VARIABLE, merged, parse_headers, split_user
from webhook_logger.client.display import Display
from webhook_logger.client.errors import ClientError, Invalid
from webhook_logger.client.settings import Choice, choose

_PROFILE = "webhook_logger.profile"


@dataclass(frozen=True, slots=True)
class ChosenCallback:
    """A callback, and whether the user named it, and not only its server."""

    address: Address
    is_named: bool


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The server or the callback that a command was given, and the headers for it."""

    url: str | None
    profile: str | None
    server_lines: tuple[str, ...]
    new: bool = False
    """Whether to make another callback for the folder."""
    temporary: bool = False
    """Whether to make a callback for this command only."""

    def callback(self, screen: Display) -> ChosenCallback:
        """Return the callback, and print how it was chosen. Raises `Invalid`."""
        project = find_project()
        choice = self.choice(screen, project)
        return ChosenCallback(self._address(choice, project, screen), choice.names_callback)

    def url_for_senders(self, screen: Display, timeout: float) -> str:
        """Return the URL to send to without an argument. Ask the server for that of a link.

        Raises `Invalid`, `Rejected` or `Unreachable`.
        """
        project = find_project()
        choice = self.choice(screen, project)
        if choice.names_callback and "#key=" not in choice.url and "/view/" not in choice.url:
            return absolute(split_user(choice.url)[0])
        address = self._address(choice, project, screen)
        with closing(Api(address, None, timeout)) as api:
            api.get_reply()  # callbacks can have a separate host, which the response names
            return api.callback_url

    def choice(self, screen: Display, project: Project | None = None) -> Choice:
        """Return the server or the callback, and print how it was chosen. Raises `Invalid`."""
        choice = choose(self.url, self.profile, parse_headers(self.server_lines), project)
        report_choice(choice, screen)
        return choice

    def _address(self, choice: Choice, project: Project, screen: Display) -> Address:
        address = choice.address
        if self.new and self.temporary:
            raise Invalid("Use only one of --new and --temporary.")
        if choice.names_callback:
            self._check_makes_none(choice)
            return address
        if self.temporary:
            screen.note("A new callback, for this command only.")
            return address
        shared = shared_callback(project, address)
        if not shared:
            return self._remembered(address, project, screen)
        file = toml_file.short(project.file or project.folder)
        if self.new:
            screen.note(f"Made a callback for this command only, because {file} shares another.")
            return address
        screen.note(f"Using the callback that {file} shares.")
        return shared

    def _check_makes_none(self, choice: Choice) -> None:
        """Raise `Invalid` if an option makes a callback."""
        if self.new or self.temporary:
            option = "--new" if self.new else "--temporary"
            raise Invalid(
                f"{option} makes a callback on a server, but {choice.source.value} is the URL of "
                "a callback. Use the URL of the server."
            )

    def _remembered(self, address: Address, project: Project, screen: Display) -> Address:
        remembered = remember(project.folder, address.base, new=self.new)
        folder = toml_file.short(project.folder)
        if remembered.problem:
            screen.note(remembered.problem, "yellow")
        elif remembered.is_new:
            screen.note(f"Made a callback for {folder}. Later commands in this folder use it, too.")
        else:
            screen.note(f"Using the callback of {folder}. `listen --new` makes another.")
        if remembered.replaced:
            before = with_key(address, remembered.replaced).view_url
            screen.note(f"It replaces another callback. To watch that one, use its link: {before}")
        return with_key(address, remembered.key)


def report_choice(choice: Choice, screen: Display) -> None:
    """Print on stderr if a project's file chooses the server, or if others can read secrets."""
    if warning := choice.profiles.problem():
        screen.note(f"Warning: {warning}", "yellow")
    if choice.is_from_project:
        project = find_project()
        file = toml_file.short(project.file or project.folder)
        screen.note(f"{file} chooses the server {choice.address.base}")


def shared_callback(project: Project, address: Address) -> Address | None:
    """Return the callback that a project shares, if it is on the server of this address."""
    if not project.callback:
        return None
    shared = Address.of(project.callback)
    if server_id(shared.base) != server_id(address.base):
        return None
    # The base stays the same: the headers are for this spelling of the server only.
    headers = merged(shared.headers, address.headers)
    return replace(address, uuid=shared.uuid, key=shared.key, headers=headers)


def with_key(address: Address, key: str) -> Address:
    """Return the address of the private callback with this view key, on the same server."""
    return replace(address, uuid=uuid_of_key(key), key=key)


def _profile(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Return the profile of the command, or of the option before the command."""
    if value is not None:
        ctx.meta[_PROFILE] = value
    chosen: str | None = ctx.meta.get(_PROFILE)
    return chosen


def _complete_profile(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    try:
        profiles = list(load())
    except ClientError:
        return []
    names = {each.name: Address.of(each.url).base for each in profiles}
    return [
        CompletionItem(name, help=base)
        for name, base in names.items()
        if name.startswith(incomplete)
    ]


profile = click.option(
    "--profile",
    metavar="NAME",
    callback=_profile,
    shell_complete=_complete_profile,
    help="Use the server and the headers of this profile in config.toml.",
)
_new = click.option(
    "--new", is_flag=True, help="Make another callback, and remember it for this folder."
)
_temporary = click.option(
    "--temporary", is_flag=True, help="Make a callback for this command only, as scripts need."
)


def server_options(*header_names: str, new: bool = True) -> Callable[[Any], Any]:
    """Return a decorator that adds the URL and its options, as the argument `server`."""
    added = (
        click.argument("url", required=False),
        profile,
        *((_new, _temporary) if new else ()),
        server_header(*header_names),
    )
    return options.grouped(ServerOptions, "server", *added)


def server_header(*names: str) -> Callable[[Any], Any]:
    """Return the option for header lines that only the server gets."""
    return click.option(
        *names,
        "server_lines",
        multiple=True,
        metavar="'NAME: VALUE'",
        help="A header for the server, such as Authorization for a log-in; repeatable. "
        f"{VARIABLE} hides it from other users.",
    )
