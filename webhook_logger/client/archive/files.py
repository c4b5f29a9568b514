"""HAR files: written so that they are whole at any moment, and read with distrust."""

from __future__ import annotations

import json
import mmap
import os
from pathlib import Path
from typing import Any, BinaryIO

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.archive import har
from webhook_logger.client.errors import Invalid
from webhook_logger.client.stream.events import Responded

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MAX_BYTES = 256 * 2**20
"""Of a file that is read: all of it is in memory then."""

_HEAD = har.HEAD.encode()
_FOOT = f"\n{har.FOOT}\n".encode()
_NO_RESPONSE = json.dumps(har.NO_RESPONSE)
_RESPONSE_BYTES = len(json.dumps(har.response(599, "an unknown responder")))
"""Room for the response of an entry, which comes later than its request."""
_MAX_AWAITING = 10_000
"""Requests whose response can still be recorded; of older ones it is not."""


class Archive:
    """A HAR file that grows. Each request goes in with one write that ends the file again, so that
    it is whole whenever the process ends, unless `SIGKILL` breaks a write off; none of it is kept
    in memory. Its response comes later, and is written over spaces that were left for it.

    A file that an archive has written before is continued, without an entry at its end that is not
    whole; any other is left alone.
    """

    def __init__(self, path: Path, origin: str) -> None:
        """`origin`: the server's, as in `https://hooks.example.com`. Raises `Invalid`."""
        self._origin = origin
        self._awaiting: dict[tuple[str, int], int] = {}
        try:
            self._file = _opened(path)
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            self._lock(path)
            self._end = self._begin(path)
        except BaseException as error:
            self._file.close()
            if isinstance(error, OSError):
                raise _unwritable(path, error) from error
            raise

    def _lock(self, path: Path) -> None:
        """Two would write over one another."""
        if fcntl:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Invalid(f"{path} is being written by another program.") from None

    def _begin(self, path: Path) -> int:
        """Where the next entry goes."""
        size = self._file.seek(0, 2)
        if size == 0:
            self._put(0, _HEAD + _FOOT)
            return len(_HEAD)
        if size < len(_HEAD) or self._read(0, _HEAD) != _HEAD:
            raise _not_ours(path)
        end = size - len(_FOOT)
        return end if self._read(end, _FOOT) == _FOOT else self._mend(path)

    def _mend(self, path: Path) -> int:
        """The same, for a file whose last write was broken off; it is whole again then."""
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            end = _end_of_entries(content)
        if end is None:
            raise _not_ours(path)
        self._put(end, _FOOT)
        self._file.truncate()
        return end

    def _read(self, at: int, like: bytes) -> bytes:
        self._file.seek(at)
        return self._file.read(len(like)) or b""

    def add(self, request: CapturedRequest) -> None:
        """Put a request behind those that are there. Raises `OSError`, with the file as before."""
        first = self._end == len(_HEAD)
        text = json.dumps(har.entry(request, self._origin), ensure_ascii=False)
        before, _, after = text.rpartition(_NO_RESPONSE)
        start = ("\n" if first else ",\n").encode() + before.encode()
        entry = start + _NO_RESPONSE.ljust(_RESPONSE_BYTES).encode() + after.encode()
        try:
            self._put(self._end, entry + _FOOT)
        except OSError:
            self._put(self._end, _FOOT)
            self._file.truncate()
            raise
        self._expect(request, self._end + len(start))
        self._end += len(entry)

    def _expect(self, request: CapturedRequest, place: int) -> None:
        self._awaiting[request.epoch, request.seq] = place
        if len(self._awaiting) > _MAX_AWAITING:
            del self._awaiting[next(iter(self._awaiting))]

    def responded(self, responded: Responded) -> None:
        """Record what the sender of a request got; of a request that is not here, nothing."""
        place = self._awaiting.pop((responded.epoch, responded.seq), None)
        response = json.dumps(har.response(responded.status, responded.by)).ljust(_RESPONSE_BYTES)
        if place is not None and len(response) == _RESPONSE_BYTES:
            self._put(place, response.encode())

    def awaits_response(self) -> bool:
        """Return whether the response of a request may still come."""
        return bool(self._awaiting)

    def _put(self, at: int, data: bytes) -> None:
        self._file.seek(at)
        if self._file.write(data) != len(data):
            raise OSError("there is no more room")

    def close(self) -> None:
        """Nothing is left to be written: this only gives the file back."""
        self._file.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _end_of_entries(content: bytes | mmap.mmap) -> int | None:
    """Where the last whole entry ends in a file whose last write was broken off, as `SIGKILL` does
    to a large one; None for a file that was not written here.
    """
    if content[: len(_HEAD)] != _HEAD or content[len(_HEAD) : len(_HEAD) + 1] not in (b"", b"\n"):
        return None
    end = len(content)
    while (start := content.rfind(b"\n", len(_HEAD), end)) >= 0:  # there is none within an entry
        line = content[start + 1 : end].rstrip(b",")
        if _is_whole(line):
            return start + 1 + len(line)
        end = start
    return len(_HEAD)


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _opened(path: Path) -> BinaryIO:
    """Open an archive, or create one that only its owner may read: it holds senders' secrets."""
    if path.exists():
        return path.open("r+b", buffering=0)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return open(os.open(path, flags, 0o600), "r+b", buffering=0)  # noqa: PTH123  # a descriptor


def _not_ours(path: Path) -> Invalid:
    return Invalid(f"{path} is there already, and is no archive that was written here.")


def _unwritable(path: Path, error: OSError) -> Invalid:
    return Invalid(f"{path} cannot be written: {error.strerror or error}.")


def entries(file: BinaryIO, name: str) -> tuple[list[Any], bool]:
    """The entries of a HAR file, unchecked, and whether this program has written it.

    Raises `Invalid` with a sentence for what is no HAR file.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Invalid(f"{name} has more than {MAX_BYTES // 2**20} MiB, which is the most.")
    if not data.endswith(_FOOT) and (end := _end_of_entries(data)):
        data = data[:end] + _FOOT
    try:
        archive = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise Invalid(f"{name} is nested too deeply.") from None
    except ValueError as error:
        raise Invalid(f"{name} is no JSON: {error}.") from None
    log = archive.get("log") if isinstance(archive, dict) else None
    listed = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(listed, list):
        raise Invalid(f"{name} is no HAR file: it has no log with entries.")
    creator = log.get("creator") if isinstance(log, dict) else None
    ours = isinstance(creator, dict) and creator.get("name") == "Webhook Logger"
    return listed, ours
