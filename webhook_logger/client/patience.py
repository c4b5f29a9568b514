"""How long an answer may take, all of it. httpcore's own limit begins anew with each byte that
comes, so that a server which drips them would be waited for without end.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore


class Patience:
    """So many seconds, since the last of the request was sent."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.begin()

    def begin(self) -> None:
        """Count from now."""
        self._deadline = time.monotonic() + self._seconds

    def left(self) -> float:
        """Seconds, more than none. Raises `httpcore.ReadTimeout` where it is at its end."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


_patience: ContextVar[Patience] = ContextVar("patience")


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """The answer to the one request that is sent in this block takes no longer."""
    token = _patience.set(Patience(seconds))
    try:
        yield
    finally:
        _patience.reset(token)


class PatientBackend(httpcore.NetworkBackend):
    """httpcore's own, for requests that are sent `at_most` so many seconds."""

    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _PatientStream(
            self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )


class _PatientStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _patience.get().left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)
        _patience.get().begin()

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _PatientStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
