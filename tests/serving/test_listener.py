"""The listener, where what it must outlive cannot be had from the machine at will."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from webhook_logger.serving import listener as listener_module
from webhook_logger.serving.listener import ACCEPT_PAUSE_SECONDS, Listener, listen


class Short:
    """A socket that has been listening, on a machine that is short of something for a while."""

    def __init__(self, *errors: int) -> None:
        self._errors = list(errors)

    def accept(self) -> tuple[Any, Any]:
        if self._errors:
            number = self._errors.pop(0)
            raise OSError(number, errno.errorcode[number])
        return "a connection", "an address"


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ECONNABORTED, errno.EPIPE])
def test_accepting_goes_on_after_a_shortage(number: int) -> None:
    listener = Listener(Short(number, number))  # type: ignore[arg-type]
    assert listener.accept() == ("a connection", "an address")


def test_accepting_gives_nothing_more_when_the_listener_is_closed() -> None:
    assert Listener(Short(errno.EMFILE, errno.EBADF)).accept() is None  # type: ignore[arg-type]


def test_only_a_shortage_makes_the_next_connection_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(listener_module.eventlet, "sleep", waited.append)
    Listener(Short(errno.ECONNABORTED, errno.EPROTO)).accept()  # type: ignore[arg-type]
    assert waited == []
    Listener(Short(errno.EMFILE, errno.ENFILE, errno.ENOBUFS)).accept()  # type: ignore[arg-type]
    assert waited == [ACCEPT_PAUSE_SECONDS] * 3


def test_it_shares_its_port_with_nobody() -> None:
    listener = listen("127.0.0.1", 0)
    assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 0
    listener.close()


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]")])
def test_its_url_is_one_that_a_browser_can_open(host: str, shown: str) -> None:
    listener = listen(host, 0)
    assert listener.url == f"http://{shown}:{listener.getsockname()[1]}/"
    listener.close()
