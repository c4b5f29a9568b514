"""The stream of one callback: connects, comes back, and tells what comes in its order."""

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
from webhook_logger.client.stream.events import Link
from webhook_logger.client.stream.mailbox import Mailbox
from webhook_logger.client.stream.position import Position

FIRST_SECONDS = 0.3
MAX_SECONDS = 3.0
"""Between two tries to connect; as the page does it, each is spread by half."""
STALLED_SECONDS = 2.0
"""For `joined` to follow a connection."""
CLOSE_SECONDS = 2.0
"""For its thread to end: the look-up of a name can take longer, and cannot be interrupted."""


class Stream:
    """Puts into a mailbox what a callback's room tells, from a thread of its own."""

    def __init__(
        self,
        address: Address,
        mailbox: Mailbox,
        tls: ssl.SSLContext | None,
        *,
        respond: bool = False,
        step_seconds: float = STEP_SECONDS,
        most_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        self._address = address
        self._mailbox = mailbox
        self._tls = tls
        self._step_seconds = step_seconds
        self._most_message_bytes = most_message_bytes
        self._position = Position(address.uuid)
        self._connection: StreamConnection | None = None
        self._joined = False
        self._farewell = ""
        self._tries = 0
        self._claims = Claims(address.uuid, mailbox) if respond else None
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"webhook-logger {address.uuid}", daemon=True
        )

    def start(self) -> None:
        """Begin, without waiting for anything."""
        self._thread.start()

    def close(self) -> None:
        """End it all, from any thread but its own."""
        self._closing.set()
        if connection := self._connection:
            connection.cut()
        self._mailbox.end(Closed("The inbox is closed."))
        if self._thread.ident:
            self._thread.join(CLOSE_SECONDS)

    # Its own thread

    def _run(self) -> None:
        try:
            self._stay()
        finally:
            self._mailbox.end(Closed("The inbox is closed."))

    def _stay(self) -> None:
        """One connection after the other, until it is closed or refused."""
        while not self._closing.is_set():
            self._connection = connection = StreamConnection(
                self._tls, self._on_event, self._step_seconds, self._most_message_bytes
            )
            try:
                self._live_through(connection)
            except Rejected as error:
                self._mailbox.put(Link("refused", str(error)))
                self._mailbox.end(error)
                return
            finally:
                connection.close()
            self._closing.wait(self._delay())

    def _live_through(self, connection: StreamConnection) -> None:
        """From the handshake to the end of one connection."""
        self._joined, self._farewell = False, ""
        try:
            connection.open(self._address, self._position.auth)
        except Unreachable as error:
            reason = str(error)
        else:
            self._look_after(connection)
            if connection.refusal:
                raise connection.refusal
            reason = self._farewell or connection.complaint or "the connection was lost"
        if not self._closing.is_set():
            self._tell(Link("reconnecting", reason))
            if self._claims:
                self._claims.lost()

    def _look_after(self, connection: StreamConnection) -> None:
        """Until it ends: say so when it does not join, and claim to respond."""
        if self._closing.is_set() or connection.wait_for_end(STALLED_SECONDS):
            return
        with self._mailbox.changed:
            if not self._joined:
                self._tell(Link("stalled", "the server can't deliver now"))
        while not connection.wait_for_end(CLAIM_SECONDS if self._claims else None):
            if self._claims and self._joined:
                self._claims.try_again(connection)

    def _delay(self) -> float:
        longest = min(FIRST_SECONDS * 2.0**self._tries, MAX_SECONDS)
        self._tries = min(self._tries + 1, 10)
        return longest * (0.5 + random.random())  # noqa: S311  # spread, not a secret

    def _tell(self, link: Link) -> None:
        if link != self._mailbox.link:
            self._mailbox.put(link)

    # The thread that reads

    def _on_event(self, name: str, *payload: Any) -> None:
        handle = _HANDLERS.get(name)
        if handle and not self._closing.is_set():
            handle(self, *payload)

    def _on_joined(self, payload: Any) -> None:
        if gap := self._position.joined(wire.joined(payload)):
            self._mailbox.put(gap)
        self._tries = 0
        with self._mailbox.changed:
            self._joined = True
            self._tell(Link("live"))
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
        # When the queue is back, `joined` follows and says so.
        if wire.queue_is_down(payload):
            reason = payload.get("reason") or "the message queue is unavailable"
            self._tell(Link("stalled", wire.brief(reason)))

    def _on_bye(self, payload: Any) -> None:
        self._farewell = wire.farewell(payload)


_HANDLERS = {
    "joined": Stream._on_joined,
    "request": Stream._on_request,
    "responded": Stream._on_responded,
    "refused": Stream._on_refused,
    "status": Stream._on_status,
    "bye": Stream._on_bye,
}
