"""The profiles of the user, in `~/.config/webhook-logger/config.toml`.

    url = "https://hooks.example.com"

    [profiles.work]
    url = "https://webhooks.example.net"
    headers = { Authorization = "Bearer …" }

The keys at the top are the default profile. The headers of a profile are secrets for its server.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webhook_logger.client.address import Address
from webhook_logger.client.config import toml_file
from webhook_logger.client.errors import Invalid

FOLDER = "webhook-logger"
DEFAULT = "default"
_KEYS = ("url", "headers")


@dataclass(frozen=True, slots=True)
class Profile:
    """A server, and the headers that only this server gets."""

    name: str
    url: str = field(repr=False)
    """The URL of a server, or the link of a callback."""
    headers: Mapping[str, str] = field(repr=False)

    @property
    def origin(self) -> str:
        """The scheme, host and port of its server."""
        return origin_of(self.url)


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles of the user, by their names."""

    file: Path
    by_name: Mapping[str, Profile]

    def __iter__(self) -> Iterator[Profile]:
        return iter(self.by_name.values())

    @property
    def default(self) -> Profile | None:
        """The default profile, if there is one."""
        return self.by_name.get(DEFAULT)

    def get(self, name: str, asked_by: str = "") -> Profile:
        """Return a profile; `asked_by` names the variable or the file. Raises `Invalid`."""
        found = self.by_name.get(name)
        if found:
            return found
        names = ", ".join(self.by_name)
        has = f"It has: {names}." if names else f"Add [profiles.{name}] with a url to this file."
        start = f"{asked_by}: there is no profile" if asked_by else "There is no profile"
        raise Invalid(f"{start} “{name}” in {toml_file.short(self.file)}. {has}")

    def problem(self) -> str:
        """Return a warning if other users can read the secrets in the file, else an empty text."""
        secret = any(each.headers or "@" in each.url or "#key=" in each.url for each in self)
        if os.name != "posix" or not secret or not _others_can_read(self.file):
            return ""
        file = toml_file.short(self.file)
        return f"Other users can read the secrets in {file}. Run: chmod 600 {file}"


def load() -> Profiles:
    """Read the profiles; a missing file has no profiles. Raises `Invalid`."""
    file = config_folder() / FOLDER / "config.toml"
    content = toml_file.read(file) or {}
    where = toml_file.short(file)
    toml_file.check_keys(content, (*_KEYS, "profiles"), where)
    tables = content.pop("profiles", {})
    if not isinstance(tables, dict) or not all(isinstance(each, dict) for each in tables.values()):
        raise Invalid(f"{where}: profiles must be tables, such as [profiles.work].")
    if DEFAULT in tables:
        raise Invalid(f"{where}: the default profile has no table. Move its keys to the top.")
    found = {name: _profile(name, table, where) for name, table in tables.items()}
    if content:
        found = {DEFAULT: _profile(DEFAULT, content, where), **found}
    return Profiles(file, found)


def _profile(name: str, table: Mapping[str, Any], file: str) -> Profile:
    where = file if name == DEFAULT else f"{file}, profile “{name}”"
    toml_file.check_keys(table, _KEYS, where)
    url = toml_file.text(table, "url", where)
    if not url:
        raise Invalid(f"{where}: url is missing. Set it to the URL of a server.")
    headers = toml_file.texts(table, "headers", where)
    try:
        Address.of(url, headers)
    except Invalid as error:
        raise Invalid(f"{where}: {error}", error.reason) from error
    return Profile(name, url, headers)


def config_folder() -> Path:
    """Return the folder of the user's configuration files."""
    return base_folder("XDG_CONFIG_HOME", "APPDATA", ".config")


def base_folder(variable: str, on_windows: str, below_home: str) -> Path:
    """Return the folder of an XDG variable, or its default. A relative path does not count."""
    chosen = os.environ.get(on_windows if sys.platform == "win32" else variable, "")
    if os.path.isabs(chosen):  # noqa: PTH117  # an empty text is not a path
        return Path(chosen)
    return Path(os.path.expanduser("~")) / below_home  # noqa: PTH111  # never raises


def origin_of(url: str) -> str:
    """Return the scheme, host and port of a URL, or an empty text if it is not a URL."""
    try:
        base = Address.of(url).base
    except Invalid:
        return ""
    return "/".join(base.lower().split("/")[:3])


def _others_can_read(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False
