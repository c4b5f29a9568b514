"""Choose the server and the headers for it: from an argument, the environment or a file.

The first of these that is set decides: the argument, a profile that is named by an option,
`WEBHOOK_LOGGER_URL`, `WEBHOOK_LOGGER_PROFILE`, the project's `.webhook-logger.toml`, the default
profile, `http://127.0.0.1:8000`. Headers are secrets: they only go to the server that they are for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from webhook_logger.client.address import Address
from webhook_logger.client.config import toml_file
from webhook_logger.client.config.profiles import Profile, Profiles, load, origin_of
from webhook_logger.client.config.project import FILE, Project, find_project
from webhook_logger.client.credentials import VARIABLE as HEADERS_VARIABLE
from webhook_logger.client.credentials import merged, parse_headers

DEFAULT_SERVER = "http://127.0.0.1:8000"
URL_VARIABLE = "WEBHOOK_LOGGER_URL"
PROFILE_VARIABLE = "WEBHOOK_LOGGER_PROFILE"


class Source(Enum):
    """The setting that decides. The value is for people."""

    ARGUMENT = "the argument"
    PROFILE_OPTION = "--profile"
    URL_VARIABLE = URL_VARIABLE
    PROFILE_VARIABLE = PROFILE_VARIABLE
    PROJECT = FILE
    DEFAULT_PROFILE = "the default profile"
    NOTHING = "the default"


@dataclass(frozen=True, slots=True)
class Choice:
    """The server or the callback to use, and the reason."""

    url: str = field(repr=False)
    """The URL of a server or of a callback, or a link."""
    source: Source
    profile: Profile | None
    """The profile that contains the URL, if one does."""
    headers: Mapping[str, str] = field(repr=False)
    """For the server only."""
    headers_source: str
    """The setting that contains the headers, for people; empty without headers."""
    profiles: Profiles
    """All profiles of the user."""

    @property
    def address(self) -> Address:
        """The address of the callback; for the URL of a server, of a new private one."""
        return Address.of(self.url, self.headers)

    @property
    def is_from_project(self) -> bool:
        """Whether the file of a project chooses it."""
        return self.source is Source.PROJECT

    @property
    def names_callback(self) -> bool:
        """Whether the URL is that of a callback, and not of a server."""
        return Address.names_callback(self.url)


@dataclass(frozen=True, slots=True)
class ConfiguredServer:
    """The base URL of a server, without credentials, and the headers for it."""

    url: str
    headers: dict[str, str] = field(repr=False)


def server(url: str | None = None, profile: str | None = None) -> ConfiguredServer | None:
    """Return the server of an argument, the environment or a file; None if none names a server.

    For programs that otherwise start a server. Raises `Invalid` if a setting is wrong.
    """
    choice = choose(url, profile)
    if choice.source is Source.NOTHING:
        return None
    address = choice.address
    return ConfiguredServer(address.base, dict(address.headers))


def choose(
    url: str | None = None,
    profile: str | None = None,
    headers: Mapping[str, str] | None = None,
    project: Project | None = None,
) -> Choice:
    """Return the server or the callback to use. Raises `Invalid` if a setting is wrong.

    `profile` is the name that an option contains. `headers` replace those of the settings that have
    the same names.
    """
    profiles = load()
    named = profiles.get(profile) if profile is not None else None
    chosen, source, home = next(_urls(url, named, profiles, project))
    found, found_in = _headers(chosen, source, named or home, profiles, named is not None)
    lines = merged(tuple(found.items()), tuple((headers or {}).items()))
    return Choice(chosen, source, home, dict(lines), found_in, profiles)


def _urls(
    url: str | None, named: Profile | None, profiles: Profiles, project: Project | None
) -> Iterator[tuple[str, Source, Profile | None]]:
    """Yield each URL that is set, with the setting and the profile that contain it, in order."""
    if url is not None:
        yield url, Source.ARGUMENT, None
    if named:
        yield named.url, Source.PROFILE_OPTION, named
    if variable := os.environ.get(URL_VARIABLE):
        yield variable, Source.URL_VARIABLE, None
    if name := os.environ.get(PROFILE_VARIABLE):
        found = profiles.get(name, PROFILE_VARIABLE)
        yield found.url, Source.PROFILE_VARIABLE, found
    project = project or find_project()
    if project.profile:
        found = profiles.get(project.profile, toml_file.short(project.folder / FILE))
        yield found.url, Source.PROJECT, found
    if project.url:
        yield project.url, Source.PROJECT, None
    if project.callback:
        # A program that asks for a server gets a new callback on the server of the shared one.
        yield Address.of(project.callback).base, Source.PROJECT, None
    if profiles.default:
        yield profiles.default.url, Source.DEFAULT_PROFILE, profiles.default
    yield DEFAULT_SERVER, Source.NOTHING, None


def _headers(
    url: str, source: Source, profile: Profile | None, profiles: Profiles, is_named: bool
) -> tuple[Mapping[str, str], str]:
    """Return the headers of the first setting that has some for this server, and its name."""
    origin = origin_of(url)
    if is_named and profile and profile.origin == origin and profile.headers:
        return profile.headers, _name(profile, profiles)
    lines = os.environ.get(HEADERS_VARIABLE, "").splitlines()
    environment = parse_headers(line for line in lines if line.strip())
    if environment and _are_for(origin, source, profiles):
        return environment, HEADERS_VARIABLE
    for each in (*((profile,) if profile else ()), *profiles):
        if each.origin == origin and each.headers:
            return each.headers, _name(each, profiles)
    return {}, ""


def _are_for(origin: str, source: Source, profiles: Profiles) -> bool:
    """Return whether the headers of the environment are for the server with this origin.

    They are for the server that is used without an argument: a URL that somebody sent must not
    receive them. If no setting names that server, they are for any, but a project's.
    """
    home = next(_homes(profiles), None)
    return source is not Source.PROJECT if home is None else origin == home


def _homes(profiles: Profiles) -> Iterator[str]:
    """Yield the origins of the servers that the user's own settings name, in their order."""
    if url := os.environ.get(URL_VARIABLE):
        yield origin_of(url)
    if name := os.environ.get(PROFILE_VARIABLE):
        yield profiles.get(name, PROFILE_VARIABLE).origin
    if profiles.default:
        yield profiles.default.origin


def _name(profile: Profile, profiles: Profiles) -> str:
    kind = "the default profile" if profile is profiles.default else f"the profile “{profile.name}”"
    return f"{kind} in {toml_file.short(profiles.file)}"
