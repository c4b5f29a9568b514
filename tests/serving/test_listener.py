"""The listener, with simulated shortages."""

from __future__ import annotations

import errno
import os
import socket
from typing import Any

import pytest

from webhook_logger.serving import listener as listener_module
from webhook_logger.serving.listener import ACCEPT_PAUSE_SECONDS, Listener, listen


class FailingSocket:
    """A listening socket whose first calls of `accept` fail."""

    def __init__(self, *errors: int) -> None:
        self._errors = list(errors)

    def accept(self) -> tuple[Any, Any]:
        if self._errors:
            number = self._errors.pop(0)
            raise OSError(number, errno.errorcode[number])
        return "a connection", "an address"


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ECONNABORTED, errno.EPIPE])
def test_accept_retries_after_an_error(number: int) -> None:
    listener = Listener(FailingSocket(number, number))  # type: ignore[arg-type]
    assert listener.accept() == ("a connection", "an address")


def test_accept_returns_none_after_the_listener_closed() -> None:
    assert Listener(FailingSocket(errno.EMFILE, errno.EBADF)).accept() is None  # type: ignore[arg-type]


def test_accept_waits_only_after_a_shortage(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(listener_module.eventlet, "sleep", waited.append)
    Listener(FailingSocket(errno.ECONNABORTED, errno.EPROTO)).accept()  # type: ignore[arg-type]
    assert waited == []
    Listener(FailingSocket(errno.EMFILE, errno.ENFILE, errno.ENOBUFS)).accept()  # type: ignore[arg-type]
    assert waited == [ACCEPT_PAUSE_SECONDS] * 3


def test_the_port_is_not_shared() -> None:
    listener = listen("127.0.0.1", 0)
    with socket.socket(fileno=os.dup(listener.fileno())) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 0
    listener.close()


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]")])
def test_a_browser_can_open_the_url(host: str, shown: str) -> None:
    listener = listen(host, 0)
    assert listener.url == f"http://{shown}:{listener.getsockname()[1]}/"
    listener.close()
