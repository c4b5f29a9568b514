"""Turn the events of a server into those of an inbox: each request once, and the gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webhook_logger.client.received import ReceivedRequest
from webhook_logger.client.stream.events import ConnectionStatus, Recovered, Refused, Responded
from webhook_logger.client.stream.mailbox import Mailbox
from webhook_logger.client.stream.position import InboxPosition
from webhook_logger.client.stream.wire import Bye, Joined, QueueStatus, StreamEvent


class Incoming:
    """Puts the events of a stream into a mailbox, in order. Not thread-safe."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.position = InboxPosition()
        self.has_joined = False
        """Whether `joined` arrived on the current connection."""
        self.bye_reason = ""
        """The reason in the `bye` of the current connection."""
        self._mailbox = mailbox

    def begin(self) -> None:
        """Expect the events of another connection."""
        self.has_joined, self.bye_reason = False, ""

    def add(self, event: StreamEvent) -> None:
        """Handle an event of the current connection."""
        _HANDLERS[type(event)](self, event)

    def report(self, status: ConnectionStatus) -> None:
        """Report a status, unless it is the current one."""
        if status != self._mailbox.connection:
            self._mailbox.put(status)

    def report_stalled(self) -> None:
        """Report that the server cannot deliver now, unless `joined` arrived meanwhile."""
        with self._mailbox.changed:
            if not self.has_joined:
                self.report(ConnectionStatus("stalled", "the server cannot deliver now"))

    def _on_joined(self, joined: Joined) -> None:
        self._mailbox.callback_url = joined.callback_url or self._mailbox.callback_url
        if gap := self.position.joined(joined):
            self._mailbox.put(gap)
        if joined.recovered:
            self._mailbox.put(Recovered(joined.recovered))
        with self._mailbox.changed:
            self.has_joined = True
            self.report(ConnectionStatus("live"))

    def _on_request(self, request: ReceivedRequest) -> None:
        gap, is_new = self.position.requested(request)
        if gap:
            self._mailbox.put(gap)
        if is_new:
            self._mailbox.put(request)

    def _on_responded(self, responded: Responded) -> None:
        if self.position.responded(responded):
            self._mailbox.put(responded)

    def _on_refused(self, refused: Refused) -> None:
        self._mailbox.put(refused)

    def _on_status(self, status: QueueStatus) -> None:
        # When the queue is available again, `joined` follows.
        if status.is_down:
            self.report(ConnectionStatus("stalled", status.reason))

    def _on_bye(self, bye: Bye) -> None:
        self.bye_reason = bye.reason


_HANDLERS: dict[type[StreamEvent], Callable[[Incoming, Any], None]] = {
    Joined: Incoming._on_joined,
    ReceivedRequest: Incoming._on_request,
    Responded: Incoming._on_responded,
    Refused: Incoming._on_refused,
    QueueStatus: Incoming._on_status,
    Bye: Incoming._on_bye,
}
