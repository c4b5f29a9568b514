"""Forward requests for `listen --forward` and `--respond`, and print the outcome of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands.responder import Responder
from webhook_logger.client.commands.waits import Waits
from webhook_logger.client.display import Display
from webhook_logger.client.errors import Invalid
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.relay.forward import Forwarder, ForwardOptions, ForwardOutcome
from webhook_logger.client.relay.relayed import Relayed, percent_encoded
from webhook_logger.client.relay.routes import Route, Routes
from webhook_logger.client.relay.target import is_callback
from webhook_logger.client.show import requests_were, short_name, size


class Relay(Waits[CapturedRequest]):
    """Forwards requests to the targets of their routes.

    With a responder, returns the responses of the first target of each route.
    """

    def __init__(
        self,
        inbox: Inbox,
        routes: Routes,
        options: ForwardOptions,
        forwarded: Callable[[CapturedRequest], Relayed],
        screen: Display,
        responder: Responder | None,
    ) -> None:
        """`forwarded` returns the request to send. Raises `Invalid` if a target is the callback."""
        super().__init__(screen, options.rate)
        self._routes = routes
        self.refuse_callback(inbox)
        self._screen = screen
        self._responder = responder
        self._forwarded = forwarded
        self._forwarder = Forwarder(routes, options, self)
        self._noted_trailers = False
        self.failed = False
        """Whether any request got no response or could not be forwarded."""

    def refuse_callback(self, inbox: Inbox) -> None:
        """Raise `Invalid` if a target is the callback, as far as its URL is known."""
        for target in self._routes.targets:
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

    def responds_to(self, request: CapturedRequest) -> bool:
        """Return whether the sender of a request receives a target's response."""
        return self.responds and self._route(request) is not None

    def expect(self, request: CapturedRequest) -> None:
        """Register a request before it is forwarded, so that its sender gets a response in time."""
        if self._responder and request.body.complete and self._route(request):
            self._responder.expect(request)

    def send(self, request: CapturedRequest) -> None:
        """Queue a request for the targets of its route. Blocks while too many are pending."""
        if not self._route(request):
            self._screen.note(f"{short_name(request)} is not forwarded: no route matches.", "dim")
            self.skip(request)
            return
        if request.trailers and not self._noted_trailers:
            self._noted_trailers = True
            self._screen.note(f"{short_name(request)}: trailers are not forwarded.", "yellow")
        if request.body.complete:
            self._forwarder.forward(self._forwarded(request), request)
            return
        self.failed = True
        self._screen.note(
            f"{short_name(request)} is not forwarded: its body of {size(request.body.size)} was "
            "over the server's limit and was not kept.",
            "yellow",
        )

    def _route(self, request: CapturedRequest) -> Route | None:
        return self._routes.match(percent_encoded(request.subpath))

    def skip(self, request: CapturedRequest) -> None:
        """Do not forward a request; its sender gets the callback's reply at once."""
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
        if left := self.left:  # once: threads may finish requests meanwhile
            self.failed = True
            self._screen.note(f"{requests_were(left)} still on the way to a target.", "yellow")
        self._forwarder.close()

    @property
    def left(self) -> int:
        """The number of pending requests."""
        return self._forwarder.left

    # Called by the threads of the forwarder

    def outcome(self, context: CapturedRequest, outcome: ForwardOutcome) -> None:
        """Print an outcome, and respond with it if it is that of the first target."""
        more, route = "", self._route(context)
        if outcome.response is None:
            self.failed = True
        if self._responder and route and outcome.target == route.targets[0]:
            more = self._responder.respond(context, outcome)
        self._screen.totals.forwarded(outcome)
        self._screen.forwarded(context, outcome, more)

    def name(self, context: CapturedRequest) -> str:
        """Return the beginning of a line about a request."""
        return short_name(context)
