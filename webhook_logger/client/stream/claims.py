"""Claiming to respond to a callback's requests, which one viewer can do at a time."""

from __future__ import annotations

import threading
from typing import Any

from webhook_logger.client.stream.connection import StreamConnection
from webhook_logger.client.stream.events import Responding
from webhook_logger.client.stream.mailbox import Mailbox
from webhook_logger.client.stream.wire import responding

CLAIM_SECONDS = 1.0
"""Between two claims, while another viewer responds."""


class Claims:
    """Claims for one inbox, and tells how they went.

    A claim may be refused for a while because the server has not seen yet that the connection
    before this one is gone.
    """

    def __init__(self, uuid: str, mailbox: Mailbox) -> None:
        self._uuid = uuid
        self._mailbox = mailbox
        self._lock = threading.Lock()
        self._waiting = False
        self._told: Responding | None = None

    def claim(self, connection: StreamConnection) -> None:
        """Ask to respond; the reply comes in the connection's own thread."""
        payload = {"uuid": self._uuid, "respond": True}
        with self._lock:
            self._waiting = connection.ask("join", payload, self._on_reply)

    def try_again(self, connection: StreamConnection) -> None:
        """Ask again, where it was refused."""
        if not self._waiting and not (self._told and self._told.yes):
            self.claim(connection)

    def lost(self) -> None:
        """The connection is gone, and the claim with it."""
        self._waiting = False
        if self._told:
            self._tell(Responding(False, "the connection was lost"))

    def _on_reply(self, reply: Any) -> None:
        told = responding(reply)
        with self._lock:
            self._waiting = False
        self._tell(told)

    def _tell(self, responding: Responding) -> None:
        if responding != self._told:
            self._told = responding
            self._mailbox.put(responding)
