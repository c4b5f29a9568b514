"""The stream of one callback: connects, reconnects, and delivers events in order."""

from __future__ import annotations

import random
import ssl
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from webhook_logger.client.address import Address
from webhook_logger.client.errors import Closed, Rejected, Unreachable
from webhook_logger.client.stream import wire
from webhook_logger.client.stream.claims import CLAIM_SECONDS, Claims, Role
from webhook_logger.client.stream.events import ConnectionStatus
from webhook_logger.client.stream.handover import Handover
from webhook_logger.client.stream.incoming import Incoming
from webhook_logger.client.stream.mailbox import Mailbox

if TYPE_CHECKING:
    from webhook_logger.client.stream.connection import StreamConnection

STEP_SECONDS = 5
"""Maximum seconds to resolve the name and connect, and again for the handshake."""
MAX_MESSAGE_BYTES = 32 * 2**20
"""Maximum size of one message from the server: enough for a body of 24 MiB in base64."""
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
        respond: Role = False,
        step_seconds: float = STEP_SECONDS,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        # Here, because it takes 0.3 s: most commands connect no stream, and a time limit for the
        # connection has not begun.
        from webhook_logger.client.stream.connection import StreamConnection  # noqa: PLC0415

        self._new_connection = partial(
            StreamConnection, tls, self._on_event, step_seconds, max_message_bytes
        )
        self._address = address
        self._mailbox = mailbox
        self._incoming = Incoming(mailbox)
        self._lock = threading.Lock()
        """Guards these attributes, which the threads of two connections use in a handover."""
        self._connection: StreamConnection | None = None
        """The connection whose events are delivered."""
        self._handover: Handover | None = None
        """The latest handover from that connection, or from an earlier one that ended."""
        self._attempts = 0
        self._claims = Claims(address.identity, mailbox, respond) if respond else None
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
        if handover := self._handover:
            handover.cancel()
        self._mailbox.end(Closed("The inbox is closed."))
        if self._thread.ident:
            self._thread.join(CLOSE_SECONDS)

    # Called by the thread of the stream

    def _run(self) -> None:
        try:
            self._keep_connected()
        finally:
            if self._handover:
                self._handover.cancel()
                self._handover.join(CLOSE_SECONDS)
            self._mailbox.end(Closed("The inbox is closed."))

    def _keep_connected(self) -> None:
        """Connect again and again, until the stream is closed or refused."""
        while not self._closing.is_set():
            connection = self._new_connection()
            with self._lock:
                self._become(connection)
            try:
                connection = self._run_connection(connection)
            except Rejected as error:
                self._mailbox.put(ConnectionStatus("refused", str(error)))
                self._mailbox.end(error)
                return
            finally:
                connection.close()
            self._closing.wait(self._delay())

    def _run_connection(self, connection: StreamConnection) -> StreamConnection:
        """Run a connection, and those that replace it, to the end. Return the last one."""
        try:
            connection.open(self._address, self._auth())
        except Unreachable as error:
            reason = str(error)
        else:
            connection = self._follow(connection)
            if connection.refusal:
                raise connection.refusal
            reason = self._incoming.bye_reason or connection.failure or "the connection was lost"
        if not self._closing.is_set():
            self._incoming.report(ConnectionStatus("reconnecting", reason))
            if self._claims:
                self._claims.lost()
        return connection

    def _auth(self) -> dict[str, Any]:
        return self._address.identity | self._incoming.position.auth

    def _follow(self, connection: StreamConnection) -> StreamConnection:
        """Wait for the end of a connection, and of those that replace it. Return the last one."""
        while True:
            self._supervise(connection)
            successor = self._successor(connection)
            if successor is None:
                return connection
            connection.close()
            connection = successor

    def _supervise(self, connection: StreamConnection) -> None:
        """Wait for the end of the connection; report if it does not join, and claim to respond."""
        if self._closing.is_set() or connection.wait_for_end(STALLED_SECONDS):
            return
        self._incoming.report_stalled()
        while not connection.wait_for_end(CLAIM_SECONDS if self._claims else None):
            # A second connection takes the role over, or asks for it.
            handover = self._handover
            if self._claims and self._incoming.has_joined and not (handover and handover.is_alive):
                self._claims.retry(connection)

    def _successor(self, ended: StreamConnection) -> StreamConnection | None:
        """Return the connection that has replaced one that ended, or that replaces it now."""
        with self._lock:
            handover = self._current_handover()
            if self._connection is ended and handover and not self._closing.is_set():
                if handover.held.joined:
                    self._switch(handover)
                else:
                    handover.cancel()
            return None if self._connection is ended else self._connection

    def _delay(self) -> float:
        longest = min(FIRST_SECONDS * 2.0**self._attempts, MAX_SECONDS)
        self._attempts = min(self._attempts + 1, 10)
        return longest * (0.5 + random.random())  # noqa: S311  # spread, not a secret

    def _become(self, connection: StreamConnection) -> None:
        """Deliver the events of this connection from now on."""
        self._connection = connection
        self._incoming.begin()

    def _current_handover(self) -> Handover | None:
        """Return the handover from the current connection, if there is one."""
        handover = self._handover
        return handover if handover and handover.first is self._connection else None

    # Called by the thread of the handover

    def _open_second(self, second: StreamConnection) -> None:
        with self._lock:
            first, auth = self._connection, self._auth()
        second.open(self._address, auth | (first.replaces if first else {}))

    def _on_second_lost(self, first: StreamConnection) -> None:
        """Claim the role again, which the second connection took over and lost."""
        with self._lock:
            if self._claims and first is self._connection and not self._closing.is_set():
                self._claims.claim(first)

    # Called by the threads that read

    def _on_event(self, connection: StreamConnection, name: str, *payload: Any) -> None:
        event = wire.event(name, *payload)
        if event is None:
            return
        with self._lock:
            if self._closing.is_set():
                return
            if connection is self._connection:
                self._deliver(event)
            handover = self._current_handover()
            if handover and connection is handover.second:
                handover.hold(event)
                if isinstance(event, wire.Joined) and self._claims and not self._claims.moves:
                    self._claims.claim(connection)
            if handover and handover.held.is_due(self._incoming.position):
                self._switch(handover)

    def _switch(self, handover: Handover) -> None:
        """Deliver the held events, and continue with the second connection."""
        second = handover.take()
        if second is None:
            return
        self._become(second)
        self._handover = None
        for event in handover.held.release(self._incoming.position):
            self._deliver(event)
        handover.first.shut_down()

    def _deliver(self, event: wire.StreamEvent) -> None:
        self._incoming.add(event)
        if isinstance(event, wire.Joined):
            self._attempts = 0
            if self._claims and self._connection:
                self._claims.claim(self._connection)
        elif isinstance(event, wire.Bye) and event.reason == "draining" and event.seconds:
            self._hand_over(event.seconds)

    def _hand_over(self, seconds: float) -> None:
        """Begin to move to another worker: once for each connection, and once at a time."""
        first, latest = self._connection, self._handover
        if first is None or (latest and (latest.first is first or latest.is_alive)):
            return
        self._handover = Handover(
            first,
            seconds,
            self._new_connection,
            self._open_second,
            self._on_second_lost,
            self._lock,
        )
        self._handover.start()
