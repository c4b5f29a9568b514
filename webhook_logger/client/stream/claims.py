"""Claim a role: to be the callback's responder, as one viewer can be at a time, or to respond to
handshakes, as any number of viewers can.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from webhook_logger.client.stream.events import Responding
from webhook_logger.client.stream.mailbox import Mailbox
from webhook_logger.client.stream.wire import reason, responding

if TYPE_CHECKING:
    from webhook_logger.client.stream.connection import StreamConnection

CLAIM_SECONDS = 1.0
"""Seconds between two claims while another viewer is the responder."""

_FINAL = "replies_off"
"""The reason with which a server refuses every claim."""

Role = bool | Literal["handshakes"]
"""The value of `respond` in a `join`; False for no role."""


class Claims:
    """Claims the role for one inbox, and reports the results to its mailbox.

    The server may refuse a claim for a while, until it notices that the previous connection is
    closed.
    """

    def __init__(self, identity: dict[str, str], mailbox: Mailbox, role: Role) -> None:
        """`identity`: the fields of `join` that name the callback and give access to it."""
        self.moves = role is True
        """Whether the role moves by itself to a connection that replaces this one."""
        self._payload = {**identity, "respond": role}
        self._mailbox = mailbox
        self._lock = threading.Lock()
        self._is_pending = False
        self._connection: StreamConnection | None = None
        """The connection of the latest claim. The results of earlier ones are ignored."""
        self._reported: Responding | None = None

    def claim(self, connection: StreamConnection) -> None:
        """Send a claim. The result arrives in the thread of the connection."""
        with self._lock:
            self._connection = connection
            on_result = partial(self._on_result, connection)
            self._is_pending = connection.ask("join", self._payload, on_result)

    def retry(self, connection: StreamConnection) -> None:
        """Send a claim again if the last one was refused."""
        if not self._is_pending and not (self._reported and self._reported.active):
            self.claim(connection)

    def lost(self) -> None:
        """Report that the role was lost with the connection."""
        with self._lock:
            self._is_pending, self._connection = False, None
        if self._reported:
            self._report(Responding(False, "the connection was lost"))

    def _on_result(self, connection: StreamConnection, reply: Any) -> None:
        result = responding(reply)
        with self._lock:
            if connection is not self._connection:
                return
            self._is_pending = reason(reply) == _FINAL  # so that it is not sent again
        self._report(result)

    def _report(self, responding: Responding) -> None:
        if responding != self._reported:
            self._reported = responding
            self._mailbox.put(responding)
