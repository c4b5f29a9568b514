"""Send many posts in parallel, each over a new connection, and count their outcomes."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from uuid import uuid4

from tests.support.sender import Response, post

UNKNOWN = "outcome_unknown"
"""The reason of a `503` for a request that the queue never acknowledged."""


class Load:
    """Posts to a callback, which are counted by outcome: accepted, refused, unknown and so on."""

    def __init__(self, address: tuple[str, int], uuid: str) -> None:
        self._address = address
        self._path = f"/{uuid}/"
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0
        """The longest time that a sender waited for its response, in seconds."""

    @property
    def accepted(self) -> int:
        return self.outcomes["accepted"]

    @property
    def unknown(self) -> int:
        return self.outcomes["unknown"] + self.outcomes["disconnected"]

    def send(self, posts: int, senders: int) -> None:
        """Send this number of posts, with this number of senders in parallel."""
        numbers = itertools.count()
        self._send_in_parallel(senders, lambda: next(numbers) < posts)

    @contextmanager
    def running(self, senders: int, per_second: float) -> Iterator[None]:
        """Send about this number of posts a second while the `with` block runs."""
        pause = senders / per_second
        sending = threading.Thread(
            target=self._send_in_parallel, args=(senders, lambda: not self._stop.wait(pause))
        )
        sending.start()
        try:
            yield
        finally:
            self._stop.set()
            sending.join()

    def try_one(self, address: tuple[str, int]) -> bool:
        """Send a post directly to a worker, count it, and return whether it was accepted."""
        outcome = self._send_one(address)
        with self._lock:
            self.outcomes[outcome] += 1
        return outcome == "accepted"

    def _send_in_parallel(self, senders: int, has_more: object) -> None:
        threads = [
            threading.Thread(target=self._send_while, args=(has_more,)) for _ in range(senders)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send_while(self, has_more: object) -> None:
        assert callable(has_more)
        while has_more():
            begin = time.monotonic()
            outcome = self._send_one(self._address)
            with self._lock:
                self.outcomes[outcome] += 1
                self.slowest = max(self.slowest, time.monotonic() - begin)

    def _send_one(self, address: tuple[str, int]) -> str:
        body = self._body()
        try:
            response = post(address, self._path, body)
        except ConnectionRefusedError:
            return "not connected"
        except (OSError, HTTPException):
            return "disconnected"
        if self._is_expected(body, response):
            return "accepted"
        if response.status == 503:
            return "unknown" if _reason(response.body) == UNKNOWN else "refused"
        return f"status {response.status}"

    def _body(self) -> bytes:
        return b"x" * 300

    def _is_expected(self, _body: bytes, response: Response) -> bool:
        return response.status == 200


class RespondedLoad(Load):
    """Posts whose senders each expect the response of the callback's responder to their post."""

    def _body(self) -> bytes:
        return uuid4().hex.encode()

    def _is_expected(self, body: bytes, response: Response) -> bool:
        return (response.status, response.body) == (222, responded_body(body))


def responded_body(body: bytes) -> bytes:
    """Return the body of a responder's response to a request with this body."""
    return b"response to " + body


def _reason(body: bytes) -> str:
    """Return the reason of an error. The error page of a balancer has no reason: unknown."""
    try:
        return str(json.loads(body)["error"]["reason"])
    except ValueError:
        return UNKNOWN
