"""Forward requests for `listen --forward` and `--respond`, and print the outcome of each."""

from __future__ import annotations

from collections.abc import Sequence

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands.responder import Responder
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.errors import Invalid
from webhook_logger.client.filters import readable, subpath_and_query
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.relay.forward import Forwarder, ForwardOptions, ForwardOutcome
from webhook_logger.client.relay.relayed import forwarded
from webhook_logger.client.relay.target import Target, is_callback
from webhook_logger.client.show import size, truncated


class Relay:
    """Forwards requests to targets; with a responder, returns the first target's responses."""

    def __init__(
        self,
        inbox: Inbox,
        targets: Sequence[Target],
        options: ForwardOptions,
        screen: Screen,
        responder: Responder | None,
        *,
        keep_host: bool = False,
    ) -> None:
        """Raises `Invalid` if a target is the callback itself."""
        self._targets = targets
        self.refuse_callback(inbox)
        self._screen = screen
        self._responder = responder
        self._first = targets[0]
        self._keep_host = keep_host
        self._forwarder = Forwarder[CapturedRequest](targets, options, self._report)
        self._noted_trailers = False
        self.failed = False
        """Whether any request got no response or could not be forwarded."""

    def refuse_callback(self, inbox: Inbox) -> None:
        """Raise `Invalid` if a target is the callback, as far as its URL is known."""
        for target in self._targets:
            if is_callback(target, inbox.url, inbox.uuid):
                raise Invalid(
                    f"{target.url} is the callback itself. Requests would be forwarded forever."
                )

    @property
    def has_responder(self) -> bool:
        """Whether senders are to receive the target's responses."""
        return self._responder is not None

    @property
    def responds(self) -> bool:
        """Whether senders receive the target's responses now."""
        return self._responder is not None and self._responder.is_responder

    @responds.setter
    def responds(self, yes: bool) -> None:
        if self._responder:
            self._responder.is_responder = yes

    def expect(self, request: CapturedRequest) -> None:
        """Register a request before it is forwarded, so that its sender gets a response in time."""
        if self._responder and request.body.complete:
            self._responder.expect(request)

    def send(self, request: CapturedRequest) -> None:
        """Queue a request for all targets. Blocks while too many are pending."""
        if request.trailers and not self._noted_trailers:
            self._noted_trailers = True
            self._screen.note(f"{_name(request)}: trailers are not forwarded.", "yellow")
        if request.body.complete:
            self._forwarder.forward(forwarded(request, keep_host=self._keep_host), request)
            return
        self.failed = True
        self._screen.note(
            f"{_name(request)} is not forwarded: its body of {size(request.body.size)} was over "
            "the server's limit and was not kept.",
            "yellow",
        )

    def skip(self, request: CapturedRequest) -> None:
        """Skip a request that does not match the filter, so that its sender does not wait."""
        if self._responder:
            self._responder.decline(request)

    def finish(self, seconds: float | None = None) -> None:
        """Wait for at most `seconds` until every request has an outcome."""
        self._forwarder.finish(seconds)
        if self._responder:
            self._responder.finish(seconds)

    def leave(self, unread: Sequence[CapturedRequest]) -> None:
        """Stop now. `unread` are the requests that were not forwarded."""
        if self._responder:
            self._responder.leave(unread)
        if self.left:
            self.failed = True
            were = "1 request was" if self.left == 1 else f"{self.left} requests were"
            self._screen.note(f"{were} still on the way to a target.", "yellow")

    @property
    def left(self) -> int:
        """The number of pending requests."""
        return self._forwarder.left

    # Called by the threads of the forwarder

    def _report(self, request: CapturedRequest, outcome: ForwardOutcome) -> None:
        more = ""
        if outcome.response is None:
            self.failed = True
        if outcome.target is self._first and self._responder:
            more = self._responder.respond(request, outcome)
        self._screen.outcome(_name(request), outcome, more)


def _name(request: CapturedRequest) -> str:
    target = truncated(readable(subpath_and_query(request)), 60)
    return f"#{request.seq} {request.method} {target}"
