"""A time by which a response must be whole, and how far a request came. httpcore's own time-outs
are for each step: a response whose head comes byte by byte, or `100 Continue` again and again,
would never be late.
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
"""Of a body that is sent, as much as is written before the time is looked at again."""


class Deadline(threading.local):
    """Each thread's own: by when the request that it sends now must get a response."""

    _at = float("inf")
    is_new = False
    """Whether the request has a connection of its own, and not one that was kept."""
    is_sent = False
    """Whether any of the request was sent."""
    is_broken_off = False
    """Whether some of the request could not be sent."""
    has_response = False
    """Whether anything came back."""

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """So long for what is done inside."""
        self._at = time.monotonic() + seconds
        self.is_new = self.is_sent = self.is_broken_off = self.has_response = False
        try:
            yield
        finally:
            self._at = float("inf")

    def rest(self, most: float | None, late: type[httpcore.TimeoutException]) -> float | None:
        """The seconds that a step may take, `most` of them; raises `late` where none is left."""
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise late
        return most if seconds == float("inf") else min(seconds, most or seconds)


class Punctual(httpcore.SyncBackend):
    """Connections whose every step ends by the deadline."""

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
        rest = self._deadline.rest(timeout, httpcore.ReadTimeout)
        data = self._stream.read(max_bytes, rest)
        self._deadline.has_response = self._deadline.has_response or bool(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for at in range(0, len(buffer), _STEP_BYTES):
            rest = self._deadline.rest(timeout, httpcore.WriteTimeout)
            try:
                self._stream.write(buffer[at : at + _STEP_BYTES], rest)
            except httpcore.NetworkError:
                self._deadline.is_broken_off = True  # httpcore keeps it to itself
                raise
            self._deadline.is_sent = True

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        rest = self._deadline.rest(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, rest), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
