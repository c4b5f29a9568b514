"""An inbox over TLS: certificate authorities, and clean shutdown."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.client.test_inbox import until_unreachable
from tests.support.certificates import self_signed
from tests.support.flood import flood
from tests.support.patience import eventually
from tests.support.processes import Server
from webhook_logger.client import Inbox

MANY = 1000


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


class Terminator:
    """Terminates TLS like a load balancer."""

    def __init__(self, server: Server, certificate: Path) -> None:
        self._target = server.address
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                outside, _ = self._listener.accept()
                self._start(self._serve, outside)

    def _serve(self, outside: socket.socket) -> None:
        with outside, suppress(OSError):
            tls = self._context.wrap_socket(outside, server_side=True)
            with tls, socket.create_connection(self._target) as inside:
                self._sockets += [tls, inside]
                back = self._start(self._relay, inside, tls)
                self._relay(tls, inside)
                back.join()

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with suppress(OSError):
            socket.socket.shutdown(sink, socket.SHUT_RDWR)

    def _start(self, target: object, *args: object) -> threading.Thread:
        thread = threading.Thread(target=target, args=args, daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread

    def __enter__(self) -> Terminator:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)


@pytest.fixture
def terminator(memory_server: Server, certificate: Path) -> Iterator[Terminator]:
    with Terminator(memory_server, certificate) as terminator:
        yield terminator


def test_the_inbox_trusts_the_given_authority(
    terminator: Terminator, certificate: Path, memory_server: Server
) -> None:
    tls = ssl.create_default_context(cafile=certificate.with_suffix(".crt"))
    before = _inbox_threads()
    with Inbox(terminator.url, tls=tls) as inbox:
        assert inbox.url.startswith("https://localhost:")
        inbox.reply(status=200, headers=[("X-Seen", "1")])
        inbox.reset_reply()
        flood(memory_server.address, urlsplit(inbox.url).path, MANY)
        assert inbox.wait(where=lambda r: r.seq == MANY).scheme == "http"
    gc.collect()
    # On a busy machine `close` may return before the thread has ended.
    eventually(lambda: not _inbox_threads() - before)


def _inbox_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "webhook-logger" in thread.name}


def test_the_inbox_rejects_other_authorities(terminator: Terminator) -> None:
    until_unreachable(terminator.url, "certificate")
