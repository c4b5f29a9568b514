"""The catch-all: any method, `/<uuid>` and everything below it, is captured and delivered."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from math import ceil
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    ServiceUnavailable,
    TooManyRequests,
)
from werkzeug.routing import BaseConverter, Rule

from webhook_logger import reply
from webhook_logger.callbacks import UUID_PATTERN
from webhook_logger.capture import CapturedRequest, capture
from webhook_logger.delivery import Delivery, QueueUnavailable, RateExceeded, Receipt
from webhook_logger.metrics import Metrics
from webhook_logger.reply import Reply

RETRY_AFTER_SECONDS = 2

log = logging.getLogger(__name__)

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_PATH = re.compile(f"/({UUID_PATTERN})(?:/|\\Z)")


class CallbackConverter(BaseConverter):
    """A callback's UUID, in any case."""

    regex = UUID_PATTERN

    def to_python(self, value: str) -> str:
        """The canonical form."""
        return value.lower()


class AnythingConverter(BaseConverter):
    """The rest of a path, whatever it is: empty, slashes, line feeds."""

    regex = r"[\s\S]*"
    part_isolating = False


class CallbackView:
    """The view function: captures a request, delivers it, and says what to answer."""

    __name__ = "callback"

    def __init__(self, delivery: Delivery, metrics: Metrics, max_body_bytes: int) -> None:
        self._delivery = delivery
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes

    def __call__(
        self, uuid: str, rest: str = "", environ: Environ | None = None
    ) -> Reply | Response:
        """The answer; a Flask response without an `environ`, under Flask's own dispatch."""
        if environ is None:
            return self._answer(request.environ, uuid).as_response()
        return self._answer(environ, uuid)

    def _answer(self, environ: Environ, uuid: str) -> Reply:
        # Errors do not go on to the app's own answer: a callback's headers are on every answer.
        try:
            return self._accept(environ, uuid)
        except HTTPException as error:
            return reply.refused(error)
        except Exception:
            log.exception("A callback failed.")
            return reply.refused(InternalServerError())

    def _accept(self, environ: Environ, uuid: str) -> Reply:
        captured = capture(environ, uuid, self._max_body_bytes)
        receipt = self._publish(captured)
        self._metrics.requests_accepted += 1
        if not captured.body.complete:
            too_large = f"The body is larger than {self._max_body_bytes} bytes."
            return reply.refused(RequestEntityTooLarge(too_large), receipt.viewers)
        return reply.accepted(receipt.viewers, reply.preflight_headers(environ))

    def _publish(self, captured: CapturedRequest) -> Receipt:
        try:
            return self._delivery.publish(captured)
        except RateExceeded as error:
            self._metrics.requests_refused += 1
            raise TooManyRequests(retry_after=ceil(error.seconds)) from error
        except QueueUnavailable as error:
            self._metrics.requests_unavailable += 1
            away = f"{error} Please send the request again."
            raise ServiceUnavailable(away, retry_after=RETRY_AFTER_SECONDS) from error


def register(app: Flask, delivery: Delivery, metrics: Metrics, max_body_bytes: int) -> None:
    """Add the catch-all to the app's URL map, as the endpoint `callback`."""
    app.url_map.converters.update(callback=CallbackConverter, anything=AnythingConverter)
    app.view_functions["callback"] = CallbackView(delivery, metrics, max_body_bytes)
    for path in ("/<callback:uuid>", "/<callback:uuid>/<anything:rest>"):
        # Not add_url_rule: there, methods=None means GET; in a Rule it means any token.
        app.url_map.add(Rule(path, endpoint="callback", methods=None, merge_slashes=False))


def dispatch(app: Flask, otherwise: Application) -> Application:
    """Call the view of a callback's path with nothing around it; all else goes on as it was.

    Flask's request context and its dispatch cost more than all that a callback does.
    """

    def dispatching(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        match = _PATH.match(path)
        if not match:
            return otherwise(environ, start_response)
        view = app.view_functions["callback"]
        answer: Any = view(match[1].lower(), path[match.end() :], environ)
        return answer(environ, start_response)  # type: ignore[no-any-return]

    return dispatching
