"""The callback that each folder uses on each server, in a file that only the user can read.

The file contains the view keys of private callbacks, so it is not in the folder of the project.
"""

from __future__ import annotations

import errno
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webhook_logger.callbacks import new_key
from webhook_logger.client.config import toml_file
from webhook_logger.client.config.profiles import FOLDER, base_folder

if sys.platform != "win32":
    import fcntl

MAX_CALLBACKS = 1000
MAX_BYTES = 4 << 20
_KEY = re.compile("[A-Za-z0-9_-]{22}")
_LOOPBACK = re.compile(r"(https?://)(?:localhost|\[::1\])(?=[:/]|$)")
_DEFAULT_PORTS = (("http://", ":80"), ("https://", ":443"))

Entry = dict[str, str]
"""`folder`, `server` and the view key `key`. The list of entries ends with the latest one."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The view key of a folder's callback on a server."""

    key: str = field(repr=False)
    is_new: bool
    problem: str = ""
    """The reason why it may not be remembered, for people."""
    replaced: str = field(default="", repr=False)
    """The view key of the callback that the folder used before; empty unless it is replaced."""


def callbacks_file() -> Path:
    """Return the path of the file."""
    return base_folder("XDG_STATE_HOME", "LOCALAPPDATA", ".local/state") / FOLDER / "callbacks.json"


def recall(folder: Path, server: str) -> str | None:
    """Return the view key of a folder's callback on a server, or None."""
    found = _recalled(folder, server)
    return found["key"] if found else None


def remember(folder: Path, server: str, *, new: bool = False) -> Remembered:
    """Return the callback of a folder on a server. The first call makes it; `new` makes another.

    Commands that run at the same time get the same callback.
    """
    problem = ""
    made = {"folder": str(folder), "server": server_id(server), "key": new_key()}
    before = None
    try:
        with _locked(callbacks_file().parent):
            entries, problem = _read()
            before = _find(entries, folder, server)
            used = made if new or not before else before
            if not entries or used is not entries[-1]:
                _write([*_others(entries, made), used])
    except OSError as error:
        before = before or _recalled(folder, server)
        if new or not before:
            file = toml_file.short(callbacks_file())
            problem = f"The callback is not remembered: cannot write {file}: {error.strerror}."
            return Remembered(made["key"], True, problem)
    if before and not new:
        return Remembered(before["key"], False, problem)
    return Remembered(made["key"], True, problem, before["key"] if before else "")


def server_id(base: str) -> str:
    """Return a text that is the same for all spellings of a server's base URL."""
    scheme, separator, rest = base.partition("://")
    host, slash, path = rest.partition("/")
    found = _LOOPBACK.sub(r"\g<1>127.0.0.1", f"{scheme}{separator}{host}".lower())
    for start, port in _DEFAULT_PORTS:
        if found.startswith(start):
            found = found.removesuffix(port)
    return f"{found}{slash}{path}".rstrip("/")


def _recalled(folder: Path, server: str) -> Entry | None:
    """Return the entry, if the file can be read: it can be on a file system that is read-only."""
    with suppress(OSError, ValueError):
        return _find(_parse(_content()), folder, server)
    return None


def _find(entries: list[Entry], folder: Path, server: str) -> Entry | None:
    wanted = (str(folder), server_id(server))
    return next((each for each in entries if (each["folder"], each["server"]) == wanted), None)


def _others(entries: list[Entry], entry: Entry) -> list[Entry]:
    """Return the newest entries without the one for the same folder and server."""
    names = ("folder", "server")
    others = [each for each in entries if any(each[name] != entry[name] for name in names)]
    return others[-(MAX_CALLBACKS - 1) :]


def _read() -> tuple[list[Entry], str]:
    """Return all entries. Keep a file that is not valid under another name, and begin again."""
    try:
        return _parse(_content()), ""
    except ValueError:
        file = callbacks_file()
        kept = file.with_name(f"callbacks.invalid-{time.strftime('%Y%m%d-%H%M%S')}.json")
        file.replace(kept)
        advice = f"It is now {toml_file.short(kept)}, and the callbacks of all folders are new."
        return [], f"{toml_file.short(file)} is not valid. {advice}"


def _content() -> bytes:
    file = callbacks_file()
    if file.exists() and not file.is_file():  # reading a pipe would wait forever
        raise OSError(errno.EINVAL, "it is not a file")
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return b'{"callbacks": []}'


def _parse(content: bytes) -> list[Entry]:
    """Return the entries of the file. Raises `ValueError`."""
    try:
        entries = json.loads(content)["callbacks"]
    except (LookupError, RecursionError, TypeError) as error:
        raise ValueError("It has no list of callbacks.") from error
    if not isinstance(entries, list) or not all(map(_is_entry, entries)):
        raise ValueError("An entry is not valid.")
    return entries


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    texts = [entry.get(name) for name in ("folder", "server", "key")]
    return all(isinstance(text, str) for text in texts) and bool(_KEY.fullmatch(entry["key"]))


def _write(entries: list[Entry]) -> None:
    """Replace the file in one step, so that no other command reads a part of it."""
    file = callbacks_file()
    number, name = tempfile.mkstemp(prefix=".callbacks-", dir=file.parent)  # mode 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as opened:
            json.dump({"callbacks": entries}, opened, indent=1)
            opened.flush()
            os.fsync(number)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one command at a time read and write the file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":  # a command that writes at the same moment can be forgotten
        yield
        return
    number = os.open(folder / "callbacks.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with suppress(OSError):  # a network file system without locks
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
