"""For load balancers and monitors: is the process alive, and should it get requests?"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from werkzeug.exceptions import ServiceUnavailable

from webhook_logger.delivery import Delivery, QueueUnavailable
from webhook_logger.metrics import CONTENT_TYPE, Metrics


def make_health(delivery: Delivery, metrics: Metrics) -> Blueprint:
    """`/healthz`, `/readyz` and `/metrics`."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @health.get("/readyz")
    def readyz() -> Response:
        reason = _reason_against(delivery)
        if reason:
            raise ServiceUnavailable(reason)
        return jsonify(status="ready")

    @health.get("/metrics")
    def shown() -> Response:
        metrics.requests_read = delivery.requests_read
        metrics.queue_up = int(_queue_trouble(delivery) is None)
        return Response(metrics.text(), content_type=CONTENT_TYPE)

    return health


def _reason_against(delivery: Delivery) -> str | None:
    """Why this worker is not ready; None when it is."""
    if getattr(current_app, "draining", False):
        return "This worker is about to leave."
    return _queue_trouble(delivery)


def _queue_trouble(delivery: Delivery) -> str | None:
    try:
        delivery.check()
    except QueueUnavailable as error:
        return str(error)
    return None
