"""Health, readiness and metrics, for load balancers and monitoring."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from webhook_logger.delivery import Delivery, QueueUnavailable
from webhook_logger.errors import Reason, Refusal
from webhook_logger.metrics import CONTENT_TYPE, Metrics
from webhook_logger.views.errors import error_response


def make_health(delivery: Delivery, metrics: Metrics) -> Blueprint:
    """Make `/healthz`, `/readyz` and `/metrics`."""
    health = Blueprint("health", __name__)

    @health.after_request
    def forbid_caching(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    @health.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @health.get("/readyz")
    def readyz() -> Response:
        # Respond here instead of raising: "not ready" must not count as a refused request.
        if getattr(current_app, "draining", False):
            return error_response(Refusal(Reason.DRAINING))
        if error := _queue_error(delivery):
            return error_response(Refusal(Reason.QUEUE_UNAVAILABLE, error))
        return jsonify(status="ready")

    @health.get("/metrics")
    def show_metrics() -> Response:
        metrics.requests_read = delivery.requests_read
        metrics.queue_messages_unknown = delivery.messages_unknown
        metrics.queue_up = int(_queue_error(delivery) is None)
        return Response(metrics.text(), content_type=CONTENT_TYPE)

    return health


def _queue_error(delivery: Delivery) -> str | None:
    try:
        delivery.check()
    except QueueUnavailable as error:
        return str(error)
    return None
