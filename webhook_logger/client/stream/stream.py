"""The stream of one callback: connects, reconnects, and delivers events in order."""

from __future__ import annotations

import random
import ssl
import threading
from typing import Any

from webhook_logger.client.address import Address
from webhook_logger.client.errors import Closed, Rejected, Unreachable
from webhook_logger.client.stream import wire
from webhook_logger.client.stream.claims import CLAIM_SECONDS, Claims
from webhook_logger.client.stream.connection import (
    MAX_MESSAGE_BYTES,
    STEP_SECONDS,
    StreamConnection,
)
from webhook_logger.client.stream.events import ConnectionStatus
from webhook_logger.client.stream.mailbox import Mailbox
from webhook_logger.client.stream.position import InboxPosition

FIRST_SECONDS = 0.3
MAX_SECONDS = 3.0
"""Minimum and maximum seconds between two attempts to connect, plus or minus half at random."""
STALLED_SECONDS = 2.0
"""Maximum seconds between the connection and `joined`, before it counts as stalled."""
CLOSE_SECONDS = 2.0
"""Maximum seconds to wait for the thread, which a DNS lookup can block for longer."""


class Stream:
    """Puts the events of a callback's room into a mailbox, from its own thread."""

    def __init__(
        self,
        address: Address,
        mailbox: Mailbox,
        tls: ssl.SSLContext | None,
        *,
        respond: bool = False,
        step_seconds: float = STEP_SECONDS,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        self._address = address
        self._mailbox = mailbox
        self._tls = tls
        self._step_seconds = step_seconds
        self._max_message_bytes = max_message_bytes
        self._position = InboxPosition(address.uuid)
        self._connection: StreamConnection | None = None
        self._joined = False
        self._bye_reason = ""
        self._attempts = 0
        self._claims = Claims(address.uuid, mailbox) if respond else None
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"webhook-logger {address.uuid}", daemon=True
        )

    def start(self) -> None:
        """Start the thread, without waiting."""
        self._thread.start()

    def close(self) -> None:
        """Close the connection and end the thread. Call it from another thread."""
        self._closing.set()
        if connection := self._connection:
            connection.shut_down()
        self._mailbox.end(Closed("The inbox is closed."))
        if self._thread.ident:
            self._thread.join(CLOSE_SECONDS)

    # Called by the thread of the stream

    def _run(self) -> None:
        try:
            self._keep_connected()
        finally:
            self._mailbox.end(Closed("The inbox is closed."))

    def _keep_connected(self) -> None:
        """Connect again and again, until the stream is closed or refused."""
        while not self._closing.is_set():
            self._connection = connection = StreamConnection(
                self._tls, self._on_event, self._step_seconds, self._max_message_bytes
            )
            try:
                self._run_connection(connection)
            except Rejected as error:
                self._mailbox.put(ConnectionStatus("refused", str(error)))
                self._mailbox.end(error)
                return
            finally:
                connection.close()
            self._closing.wait(self._delay())

    def _run_connection(self, connection: StreamConnection) -> None:
        """Run one connection, from the handshake to its end."""
        self._joined, self._bye_reason = False, ""
        try:
            connection.open(self._address, self._position.auth)
        except Unreachable as error:
            reason = str(error)
        else:
            self._supervise(connection)
            if connection.refusal:
                raise connection.refusal
            reason = self._bye_reason or connection.failure or "the connection was lost"
        if not self._closing.is_set():
            self._report(ConnectionStatus("reconnecting", reason))
            if self._claims:
                self._claims.lost()

    def _supervise(self, connection: StreamConnection) -> None:
        """Wait for the end of the connection; report if it does not join, and claim to respond."""
        if self._closing.is_set() or connection.wait_for_end(STALLED_SECONDS):
            return
        with self._mailbox.changed:
            if not self._joined:
                self._report(ConnectionStatus("stalled", "the server cannot deliver now"))
        while not connection.wait_for_end(CLAIM_SECONDS if self._claims else None):
            if self._claims and self._joined:
                self._claims.retry(connection)

    def _delay(self) -> float:
        longest = min(FIRST_SECONDS * 2.0**self._attempts, MAX_SECONDS)
        self._attempts = min(self._attempts + 1, 10)
        return longest * (0.5 + random.random())  # noqa: S311  # spread, not a secret

    def _report(self, status: ConnectionStatus) -> None:
        if status != self._mailbox.connection:
            self._mailbox.put(status)

    # Called by the thread that reads

    def _on_event(self, name: str, *payload: Any) -> None:
        handle = _HANDLERS.get(name)
        if handle and not self._closing.is_set():
            handle(self, *payload)

    def _on_joined(self, payload: Any) -> None:
        if gap := self._position.joined(wire.joined(payload)):
            self._mailbox.put(gap)
        self._attempts = 0
        with self._mailbox.changed:
            self._joined = True
            self._report(ConnectionStatus("live"))
        if self._claims and self._connection:
            self._claims.claim(self._connection)

    def _on_request(self, payload: Any) -> None:
        request = wire.captured(payload)
        gap, is_new = self._position.requested(request)
        if gap:
            self._mailbox.put(gap)
        if is_new:
            self._mailbox.put(request)

    def _on_responded(self, payload: Any) -> None:
        self._mailbox.put(wire.responded(payload))

    def _on_refused(self, payload: Any) -> None:
        self._mailbox.put(wire.refused(payload))

    def _on_status(self, payload: Any) -> None:
        # When the queue is available again, `joined` follows.
        if wire.queue_is_down(payload):
            reason = payload.get("reason") or "the message queue is unavailable"
            self._report(ConnectionStatus("stalled", wire.brief(reason)))

    def _on_bye(self, payload: Any) -> None:
        self._bye_reason = wire.bye_reason(payload)


_HANDLERS = {
    "joined": Stream._on_joined,
    "request": Stream._on_request,
    "responded": Stream._on_responded,
    "refused": Stream._on_refused,
    "status": Stream._on_status,
    "bye": Stream._on_bye,
}
