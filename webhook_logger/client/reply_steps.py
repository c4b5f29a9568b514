"""Replies in steps: `inbox.reply(503).times(2).then(200)`."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Generator
from itertools import chain
from typing import TYPE_CHECKING, Any

from webhook_logger.client.api import ReplyPart
from webhook_logger.client.errors import ClientError, Invalid
from webhook_logger.client.http import Headers

if TYPE_CHECKING:
    from typing_extensions import Self

__tracebackhide__ = True  # pytest shows the line of the test, not the client's own code

SetReply = Callable[[ReplyPart], object]


class ReplySteps:
    """A reply that has just been set. `times` and `then` change it, and set it again."""

    def __init__(self, set_reply: SetReply, first: ReplyPart) -> None:
        """`first` has the fields of docs/protocol.md, at least `status`."""
        self._set_reply = set_reply
        self._first = {name: value for name, value in first.items() if name != "times"}
        self._later: list[ReplyPart] = []
        self._counts: list[int | None] = [first.get("times")]
        """The number of requests that get each step; None for all, or for one if steps follow."""
        self._on_change()

    def times(self, count: int) -> Self:
        """Send the latest step for `count` requests only. Then comes the next step.

        After the last step, the default reply returns. Raises `Invalid`, `Rejected` or
        `Unreachable`.
        """
        if type(count) is not int or count < 1:
            raise Invalid("The number of requests for a reply must be an integer from 1.")
        self._counts[-1] = count
        self._on_change()
        return self

    def then(
        self,
        status: int = 200,
        headers: Headers = (),
        body: bytes | str = b"",
        *,
        delay: float = 0,
        template: bool = False,
    ) -> Self:
        """Add the response for all further requests. The step before is for one, or for `times`.

        Raises `Invalid`, `Rejected` or `Unreachable`.
        """
        if self._first.get("sequence"):
            raise Invalid("A reply with a sequence has no further steps. Add them to the sequence.")
        others = {"headers": headers, "body": body, "delay": delay, "template": template}
        self._later.append(
            {"status": status, **{name: each for name, each in others.items() if each}}
        )
        self._counts.append(None)
        self._on_change()
        return self

    def fields(self) -> dict[str, Any]:
        """Return the whole reply, with the fields of docs/protocol.md."""
        fields = dict(self._first)
        counts = [1 if count is None else count for count in self._counts]
        if self._later:
            # A status in a sequence means the reply itself with this status.
            steps = [self._first["status"], *self._later]
            repeated = ([step] * count for step, count in zip(steps, counts, strict=True))
            fields["sequence"] = list(chain.from_iterable(repeated))
        if self._counts[-1] is not None:
            fields["times"] = sum(counts)
        return fields

    def _on_change(self) -> None:
        self._set_reply(self.fields())


class AwaitableReply(ReplySteps):
    """A reply that `await` sets, with all its steps at once."""

    _is_set = False

    def _on_change(self) -> None:
        """Wait for `await`."""

    def __await__(self) -> Generator[Any, None, None]:
        self._is_set = True
        try:
            yield from asyncio.to_thread(self._set_reply, self.fields()).__await__()
        except ClientError as error:
            raise error.with_traceback(None) from None  # without the code of the other thread

    def __del__(self) -> None:
        if not self._is_set:
            warnings.warn(
                "A reply was not set. Write `await inbox.reply(…)`.", RuntimeWarning, stacklevel=2
            )
