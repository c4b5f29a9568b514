"""For load balancers and monitors: is the process alive, and should it get requests?"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from webhook_logger.delivery import Delivery, QueueUnavailable
from webhook_logger.errors import Reason, Refusal
from webhook_logger.metrics import CONTENT_TYPE, Metrics
from webhook_logger.views.errors import error_response


def make_health(delivery: Delivery, metrics: Metrics) -> Blueprint:
    """`/healthz`, `/readyz` and `/metrics`."""
    health = Blueprint("health", __name__)

    @health.after_request
    def fresh(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    @health.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @health.get("/readyz")
    def readyz() -> Response:
        # "Not ready" is what was asked for: so it gets its response here, and is no refusal.
        if getattr(current_app, "draining", False):
            return error_response(Refusal(Reason.DRAINING))
        if trouble := _queue_trouble(delivery):
            return error_response(Refusal(Reason.QUEUE_UNAVAILABLE, trouble))
        return jsonify(status="ready")

    @health.get("/metrics")
    def shown() -> Response:
        metrics.requests_read = delivery.requests_read
        metrics.queue_messages_unknown = delivery.messages_unknown
        metrics.queue_up = int(_queue_trouble(delivery) is None)
        return Response(metrics.text(), content_type=CONTENT_TYPE)

    return health


def _queue_trouble(delivery: Delivery) -> str | None:
    try:
        delivery.check()
    except QueueUnavailable as error:
        return str(error)
    return None
