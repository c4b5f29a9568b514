"""The project in whose folder a program runs, and its file `.webhook-logger.toml`.

The file is part of a repository, which another person can have written. It holds no credentials,
and the credentials of the user do not go to the server that it names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from webhook_logger.client.address import Address
from webhook_logger.client.config import toml_file
from webhook_logger.client.errors import Invalid

FILE = ".webhook-logger.toml"
_KEYS = ("url", "profile", "callback")


@dataclass(frozen=True, slots=True)
class Project:
    """A folder, and the content of its file. At most one of the texts is not empty."""

    folder: Path
    file: Path | None = None
    url: str = ""
    """The URL of a server or of a callback."""
    profile: str = ""
    """The name of a profile of the user."""
    callback: str = ""
    """The link of a callback that everyone in the project shares."""


def find_project() -> Project:
    """Return the project of the current folder. Raises `Invalid` if its file is not valid.

    The project is the nearest folder upwards that contains its file or `.git`, else the current
    folder.
    """
    current = _current()
    for folder in (current, *current.parents):
        if _is_trusted(folder / FILE):
            return _read(folder)
        if (folder / ".git").exists():
            return Project(folder)
    return Project(current)


def untrusted_files() -> Iterator[Path]:
    """Yield the files of projects here that are not used, because they belong to another user."""
    current = _current()
    for folder in (current, *current.parents):
        if (folder / FILE).is_file() and not _is_trusted(folder / FILE):
            yield folder / FILE


def _current() -> Path:
    try:
        return Path.cwd()
    except OSError:  # another program removed it
        return Path(os.sep)


def _is_trusted(file: Path) -> bool:
    """Return whether there is such a file, and it belongs to this user or to root.

    Otherwise, a file in /tmp could choose the server for all users who work below it.
    """
    try:
        owner = file.stat().st_uid
    except OSError:
        return False
    return os.name != "posix" or os.geteuid() in (0, owner) or owner == 0


def _read(folder: Path) -> Project:
    file = folder / FILE
    content = toml_file.read(file) or {}
    where = toml_file.short(file)
    toml_file.check_keys(content, _KEYS, where)
    if len(content) > 1:
        raise Invalid(f"{where}: use only one of the keys {' and '.join(sorted(content))}.")
    values = {name: toml_file.text(content, name, where) for name in _KEYS}
    try:
        for url in filter(None, (values["url"], values["callback"])):
            Address.of(url)
    except Invalid as error:
        raise Invalid(f"{where}: {error}", error.reason) from error
    if values["callback"] and not Address.names_callback(values["callback"]):
        raise Invalid(f"{where}: callback must be the link of a callback. For a server, use url.")
    return Project(folder, file, **values)
