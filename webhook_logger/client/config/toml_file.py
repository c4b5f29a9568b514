"""Read a TOML file that a person writes, with errors that name the file and the key."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from webhook_logger.client.errors import Invalid

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_BYTES = 1 << 20


def read(file: Path) -> dict[str, Any] | None:
    """Return the content of a file, or None if it does not exist. Raises `Invalid`."""
    try:
        if file.exists() and not file.is_file():  # reading a pipe would wait forever
            raise Invalid(f"{file} is not a file.")
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Invalid(f"Cannot read {file}: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise Invalid(f"{file} is larger than {MAX_BYTES >> 20} MiB.")
    try:
        table: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is not UTF-8. Save it as UTF-8.") from error
    except (RecursionError, ValueError) as error:
        raise Invalid(f"{file} is not valid TOML: {error}.") from error
    return table


def check_keys(table: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Raise `Invalid` if the table has a key other than these; `where` is the file or a table."""
    for name in table:
        if name not in known:
            similar = get_close_matches(name, known, 1)
            advice = f"Did you mean {similar[0]}?" if similar else f"Use {_list(known)}."
            raise Invalid(f"{where}: the key “{name}” is unknown. {advice}")


def text(table: Mapping[str, Any], name: str, where: str) -> str:
    """Return a text without spaces around it; empty if it is not set. Raises `Invalid`."""
    value = table.get(name, "")
    if not isinstance(value, str) or (name in table and not value.strip()):
        raise Invalid(f"{where}: {name} must be a text in quotes.")
    return value.strip()


def texts(table: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
    """Return a table of texts; empty if it is not set. Raises `Invalid`."""
    value = table.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise Invalid(f'{where}: {name} must be a table of texts, such as {{ Name = "value" }}.')
    return value


def short(path: Path) -> str:
    """Return the path for people, with `~` for the home folder."""
    home = os.path.expanduser("~").rstrip(os.sep)  # noqa: PTH111  # does not raise without a home
    shown = str(path)
    is_below = bool(home) and f"{shown}{os.sep}".startswith(home + os.sep)
    return f"~{shown[len(home) :]}" if is_below else shown


def _list(words: Collection[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
