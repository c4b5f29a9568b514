"""A deadline for a whole response, and a record of how far a request got.

The timeouts of httpcore apply to each step. A response that arrives byte by byte, or that repeats
`100 Continue`, would never time out.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

_STEP_BYTES = 65_536
"""Bytes of a body that are written between two checks of the deadline."""


class Deadline(threading.local):
    """The deadline and the progress of the current request of each thread."""

    _at = float("inf")
    is_new = False
    """Whether the request uses a new connection instead of a kept-alive one."""
    is_sent = False
    """Whether any part of the request was sent."""
    write_failed = False
    """Whether part of the request could not be sent."""
    has_response = False
    """Whether any byte of a response arrived."""

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Set a deadline in `seconds` for the block."""
        self._at = time.monotonic() + seconds
        self.is_new = self.is_sent = self.write_failed = self.has_response = False
        try:
            yield
        finally:
            self._at = float("inf")

    def remaining(
        self, limit: float | None, error: type[httpcore.TimeoutException]
    ) -> float | None:
        """Return the seconds that a step may take, at most `limit`.

        Raises `error` after the deadline.
        """
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise error
        return limit if seconds == float("inf") else min(seconds, limit or seconds)


class DeadlineBackend(httpcore.SyncBackend):
    """A network backend whose reads, writes and handshakes end by the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        self._deadline.is_new = True
        return _Stream(super().connect_tcp(*args, **kwargs), self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        remaining = self._deadline.remaining(timeout, httpcore.ReadTimeout)
        data = self._stream.read(max_bytes, remaining)
        self._deadline.has_response = self._deadline.has_response or bool(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for at in range(0, len(buffer), _STEP_BYTES):
            remaining = self._deadline.remaining(timeout, httpcore.WriteTimeout)
            try:
                self._stream.write(buffer[at : at + _STEP_BYTES], remaining)
            except httpcore.NetworkError:
                self._deadline.write_failed = True  # httpcore does not report it
                raise
            self._deadline.is_sent = True

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        remaining = self._deadline.remaining(timeout, httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, remaining)
        return _Stream(stream, self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
