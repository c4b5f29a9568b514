"""`listen --forward`, and `--answer`: says what came of each request that is sent on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.answering import reply_headers
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.errors import ClientError, Invalid
from webhook_logger.client.filters import target_below
from webhook_logger.client.forward import Forwarder, Manner, Outcome
from webhook_logger.client.http import Answer
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.lanes import Lane
from webhook_logger.client.relayed import relayed
from webhook_logger.client.show import shortened, size
from webhook_logger.client.target import Target, leads_back


class Relay:
    """Sends the requests of an inbox to targets; of the first one the response answers, if so."""

    def __init__(
        self,
        inbox: Inbox,
        targets: Sequence[Target],
        manner: Manner,
        screen: Screen,
        *,
        answer: bool,
    ) -> None:
        """Raises `Invalid` for a target that is the callback itself."""
        for target in targets:
            if leads_back(target, inbox.url, inbox.uuid):
                raise Invalid(
                    f"{target.url} is the callback itself: each request would come back for ever."
                )
        self._inbox = inbox
        self._screen = screen
        self._answerer = targets[0] if answer else None
        self._left_out: set[str] = set()
        self._forwarder = Forwarder[CapturedRequest](targets, manner, self._tell)
        self._declining = Lane[CapturedRequest](self._decline, threads=1)
        self.failed = False
        """Whether any got no answer, or could not be sent on."""
        self.answers = False
        """Whether the server has let this inbox answer, and not another."""

    def send(self, request: CapturedRequest) -> None:
        """Send one on, soon; waits while too many are on their way."""
        if request.body.complete:
            self._forwarder.forward(relayed(request), request)
            return
        self.failed = True
        self._screen.note(
            f"{_name(request)} is not forwarded: its body of {size(request.body.size)} was over "
            "the limit of the server, and is not known.",
            "yellow",
        )

    def pass_over(self, request: CapturedRequest) -> None:
        """Send this one to no target; its sender need not wait."""
        if self._answerer and self.answers:
            self._declining.put(request, 0)

    def finish(self) -> None:
        """Wait until each has its outcome."""
        self._forwarder.finish()
        self._declining.finish()

    @property
    def left(self) -> int:
        """How many are on their way."""
        return self._forwarder.left

    # Called by any of their threads

    def _tell(self, request: CapturedRequest, outcome: Outcome) -> None:
        more = ""
        if outcome.answer is None:
            self.failed = True
        if outcome.target is self._answerer:
            more = self._answer(request, outcome.answer)
        self._screen.outcome(_name(request), outcome, more)

    def _answer(self, request: CapturedRequest, answer: Answer | None) -> str:
        """Give the sender the target's response; what came of that, in a few words."""
        if not self.answers:
            return "not answered: that is not ours to do now"
        if answer is None:
            self._decline(request)
            return "not answered: the callback's own reply is used"
        headers, left_out = reply_headers(answer)
        self._tell_left_out(left_out)
        try:
            in_time = self._inbox.answer(request, answer.status, headers, answer.body)
        except ClientError as error:
            return f"not answered: {error}"
        return "answered" if in_time else "not answered: no sender waits for it"

    def _decline(self, request: CapturedRequest) -> None:
        with suppress(ClientError):  # then its sender waits its time
            self._inbox.decline(request)

    def _tell_left_out(self, names: list[str]) -> None:
        for name in names:
            if name.lower() not in self._left_out:
                self._left_out.add(name.lower())
                self._screen.note(f"A reply may not set {name}: it is left out.", "yellow")


def _name(request: CapturedRequest) -> str:
    target = shortened(target_below(request), 60)
    return f"#{request.seq} {request.method} {target}"
