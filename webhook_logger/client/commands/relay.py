"""`listen --forward`, and `--respond`: says what came of each request that is sent on."""

from __future__ import annotations

from collections.abc import Sequence

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands.responder import Responder
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.errors import Invalid
from webhook_logger.client.filters import readable, target_below
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.relay.forward import Forwarder, ForwardOutcome, Manner
from webhook_logger.client.relay.relayed import forwarded
from webhook_logger.client.relay.target import Target, leads_back
from webhook_logger.client.show import shortened, size


class Relay:
    """Send the requests of an inbox to targets, and, where asked, the first one's response back."""

    def __init__(
        self,
        inbox: Inbox,
        targets: Sequence[Target],
        manner: Manner,
        screen: Screen,
        responder: Responder | None,
        *,
        keep_host: bool = False,
    ) -> None:
        """Raises `Invalid` for a target that is the callback itself."""
        for target in targets:
            if leads_back(target, inbox.url, inbox.uuid):
                raise Invalid(
                    f"{target.url} is the callback itself: each request would come back for ever."
                )
        self._screen = screen
        self._responder = responder
        self._first = targets[0]
        self._keep_host = keep_host
        self._forwarder = Forwarder[CapturedRequest](targets, manner, self._report)
        self._told_of_trailers = False
        self.failed = False
        """Whether any got no response, or could not be sent on."""

    @property
    def responds(self) -> bool:
        """Whether senders get the target's responses now."""
        return self._responder is not None and self._responder.is_ours

    @responds.setter
    def responds(self, yes: bool) -> None:
        if self._responder:
            self._responder.is_ours = yes

    def hold(self, request: CapturedRequest) -> None:
        """Expect that this one is sent on: whatever comes between, its sender gets a response."""
        if self._responder and request.body.complete:
            self._responder.hold(request)

    def send(self, request: CapturedRequest) -> None:
        """Send one on, soon; waits while too many are on their way."""
        if request.trailers and not self._told_of_trailers:
            self._told_of_trailers = True
            self._screen.note(f"{_name(request)}: trailers are not sent on.", "yellow")
        if request.body.complete:
            self._forwarder.forward(forwarded(request, keep_host=self._keep_host), request)
            return
        self.failed = True
        self._screen.note(
            f"{_name(request)} is not forwarded: its body of {size(request.body.size)} was over "
            "the limit of the server, and is not known.",
            "yellow",
        )

    def pass_over(self, request: CapturedRequest) -> None:
        """Send this one to no target; its sender need not wait."""
        if self._responder:
            self._responder.decline(request)

    def finish(self, seconds: float | None = None) -> None:
        """Wait until each has its outcome, `seconds` at most."""
        self._forwarder.finish(seconds)
        if self._responder:
            self._responder.finish(seconds)

    def leave(self, unread: Sequence[CapturedRequest]) -> None:
        """End it now; `unread` are those that were not sent on."""
        if self._responder:
            self._responder.leave(unread)
        if self.left:
            self.failed = True
            were = "1 request was" if self.left == 1 else f"{self.left} requests were"
            self._screen.note(f"{were} still on the way to a target.", "yellow")

    @property
    def left(self) -> int:
        """How many are on their way."""
        return self._forwarder.left

    # Called by any of their threads

    def _report(self, request: CapturedRequest, outcome: ForwardOutcome) -> None:
        more = ""
        if outcome.response is None:
            self.failed = True
        if outcome.target is self._first and self._responder:
            more = self._responder.give(request, outcome)
        self._screen.outcome(_name(request), outcome, more)


def _name(request: CapturedRequest) -> str:
    target = shortened(readable(target_below(request)), 60)
    return f"#{request.seq} {request.method} {target}"
