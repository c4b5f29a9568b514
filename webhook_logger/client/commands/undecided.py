"""Requests whose match depends on a response that the sender has not received yet."""

from __future__ import annotations

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.stream.events import Responded

MAX_REQUESTS = 1000
MAX_BYTES = 64 * 2**20


class Undecided:
    """Keeps requests until their response is known. Drops the oldest ones when it is full."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, int], CapturedRequest] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._requests)

    def add(self, request: CapturedRequest) -> int:
        """Keep a request, and return the number of requests that were dropped for it."""
        self._requests[request.epoch, request.seq] = request
        self._bytes += len(request.body.content)
        before = len(self)
        while len(self) > 1 and (len(self) > MAX_REQUESTS or self._bytes > MAX_BYTES):
            self._remove(next(iter(self._requests)))
        return before - len(self)

    def take(self, responded: Responded) -> CapturedRequest | None:
        """Return the request of a response, and forget it."""
        return self._remove((responded.epoch, responded.seq))

    def _remove(self, position: tuple[str, int]) -> CapturedRequest | None:
        request = self._requests.pop(position, None)
        if request:
            self._bytes -= len(request.body.content)
        return request
