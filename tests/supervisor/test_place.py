"""The socket that a worker shares with its replacement."""

from __future__ import annotations

import socket
from typing import Any

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.serving.listener import BACKLOG, Listener
from webhook_logger.supervisor.place import Place


def test_a_socket_accepts_again_when_the_worker_that_made_it_drop_connections_has_ended() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(BACKLOG)
        place = Place(lambda: bound)
        leaving: Any = object()
        place.leaving = leaving
        Listener(place.listener).drop_new_connections()
        place.remove(leaving)
        with socket.create_connection(bound.getsockname(), PATIENCE_SECONDS):
            assert place.leaving is None
