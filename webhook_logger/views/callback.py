"""The catch-all: any method, `/<uuid>` and everything below it, is captured and delivered."""

from __future__ import annotations

from math import ceil

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
from webhook_logger.capture import capture
from webhook_logger.delivery import Delivery, QueueUnavailable, RateExceeded
from webhook_logger.metrics import Metrics

RETRY_AFTER_SECONDS = 2


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


def register(app: Flask, delivery: Delivery, metrics: Metrics, max_body_bytes: int) -> None:
    """Add the catch-all to the app's URL map, as the endpoint `callback`."""

    def answer(uuid: str) -> Response:
        captured = capture(request.environ, uuid, max_body_bytes)
        try:
            receipt = delivery.publish(captured)
        except RateExceeded as error:
            metrics.requests_refused += 1
            raise TooManyRequests(retry_after=ceil(error.seconds)) from error
        except QueueUnavailable as error:
            metrics.requests_unavailable += 1
            away = f"{error} Please send the request again."
            raise ServiceUnavailable(away, retry_after=RETRY_AFTER_SECONDS) from error
        metrics.requests_accepted += 1
        if not captured.body.complete:
            too_large = f"The body is larger than {max_body_bytes} bytes."
            return reply.refused(RequestEntityTooLarge(too_large), receipt.viewers)
        preflight = reply.preflight_headers(request.method, request.headers)
        return reply.accepted(receipt.viewers, preflight)

    def callback(uuid: str, rest: str = "") -> Response:
        # Errors do not go on to the app's own answer: a callback's headers are on every answer.
        try:
            return answer(uuid)
        except HTTPException as error:
            return reply.refused(error)
        except Exception:
            app.logger.exception("A callback failed.")
            return reply.refused(InternalServerError())

    app.url_map.converters.update(callback=CallbackConverter, anything=AnythingConverter)
    app.view_functions["callback"] = callback
    for path in ("/<callback:uuid>", "/<callback:uuid>/<anything:rest>"):
        # Not add_url_rule: there, methods=None means GET; in a Rule it means any token.
        app.url_map.add(Rule(path, endpoint="callback", methods=None, merge_slashes=False))
