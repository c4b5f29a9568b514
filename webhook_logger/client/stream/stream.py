"""The stream of one callback: connects, reconnects, and delivers events in order."""

from __future__ import annotations

import random
import ssl
import threading
from collections.abc import Callable
from typing import Any

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.address import Address
from webhook_logger.client.errors import Closed, Rejected, Unreachable
from webhook_logger.client.stream import wire
from webhook_logger.client.stream.claims import CLAIM_SECONDS, Claims
from webhook_logger.client.stream.connection import (
    MAX_MESSAGE_BYTES,
    STEP_SECONDS,
    StreamConnection,
)
from webhook_logger.client.stream.events import (
    ConnectionStatus,
    Recovered,
    Refused,
    Responded,
)
from webhook_logger.client.stream.handover import Handover
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
        self._lock = threading.Lock()
        """Guards the attributes below, which the threads of two connections use in a handover."""
        self._connection: StreamConnection | None = None
        """The connection whose events are delivered."""
        self._handover: Handover | None = None
        """The latest handover from that connection, or from an earlier one that ended."""
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

    def _new_connection(self) -> StreamConnection:
        return StreamConnection(
            self._tls, self._on_event, self._step_seconds, self._max_message_bytes
        )

    def _run_connection(self, connection: StreamConnection) -> StreamConnection:
        """Run a connection, and those that replace it, to the end. Return the last one."""
        try:
            connection.open(self._address, self._position.auth)
        except Unreachable as error:
            reason = str(error)
        else:
            connection = self._follow(connection)
            if connection.refusal:
                raise connection.refusal
            reason = self._bye_reason or connection.failure or "the connection was lost"
        if not self._closing.is_set():
            self._report(ConnectionStatus("reconnecting", reason))
            if self._claims:
                self._claims.lost()
        return connection

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
        with self._mailbox.changed:
            if not self._joined:
                self._report(ConnectionStatus("stalled", "the server cannot deliver now"))
        while not connection.wait_for_end(CLAIM_SECONDS if self._claims else None):
            # A second connection takes the role over, or asks for it.
            handover = self._handover
            if self._claims and self._joined and not (handover and handover.is_alive):
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

    def _report(self, status: ConnectionStatus) -> None:
        if status != self._mailbox.connection:
            self._mailbox.put(status)

    def _become(self, connection: StreamConnection) -> None:
        """Deliver the events of this connection from now on."""
        self._connection = connection
        self._joined, self._bye_reason = False, ""

    def _current_handover(self) -> Handover | None:
        """Return the handover from the current connection, if there is one."""
        handover = self._handover
        return handover if handover and handover.first is self._connection else None

    # Called by the thread of the handover

    def _open_second(self, second: StreamConnection) -> None:
        with self._lock:
            first, auth = self._connection, self._position.auth
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
            if handover and handover.held.is_due(self._position):
                self._switch(handover)

    def _switch(self, handover: Handover) -> None:
        """Deliver the held events, and continue with the second connection."""
        second = handover.take()
        if second is None:
            return
        self._become(second)
        self._handover = None
        for event in handover.held.release(self._position):
            self._deliver(event)
        handover.first.shut_down()

    def _deliver(self, event: wire.StreamEvent) -> None:
        _HANDLERS[type(event)](self, event)

    def _on_joined(self, joined: wire.Joined) -> None:
        if gap := self._position.joined(joined):
            self._mailbox.put(gap)
        if joined.recovered:
            self._mailbox.put(Recovered(joined.recovered))
        self._attempts = 0
        with self._mailbox.changed:
            self._joined = True
            self._report(ConnectionStatus("live"))
        if self._claims and self._connection:
            self._claims.claim(self._connection)

    def _on_request(self, request: CapturedRequest) -> None:
        gap, is_new = self._position.requested(request)
        if gap:
            self._mailbox.put(gap)
        if is_new:
            self._mailbox.put(request)

    def _on_responded(self, responded: Responded) -> None:
        if self._position.responded(responded):
            self._mailbox.put(responded)

    def _on_refused(self, refused: Refused) -> None:
        self._mailbox.put(refused)

    def _on_status(self, status: wire.QueueStatus) -> None:
        # When the queue is available again, `joined` follows.
        if status.is_down:
            self._report(ConnectionStatus("stalled", status.reason))

    def _on_bye(self, bye: wire.Bye) -> None:
        self._bye_reason = bye.reason
        first = self._connection
        if first is None or bye.reason != "draining" or not bye.seconds:
            return
        if self._handover and (self._handover.first is first or self._handover.is_alive):
            return  # one handover for each connection, and one at a time
        self._handover = Handover(
            first,
            bye.seconds,
            self._new_connection,
            self._open_second,
            self._on_second_lost,
            self._lock,
        )
        self._handover.start()


_HANDLERS: dict[type[wire.StreamEvent], Callable[[Stream, Any], None]] = {
    wire.Joined: Stream._on_joined,
    CapturedRequest: Stream._on_request,
    Responded: Stream._on_responded,
    Refused: Stream._on_refused,
    wire.QueueStatus: Stream._on_status,
    wire.Bye: Stream._on_bye,
}
