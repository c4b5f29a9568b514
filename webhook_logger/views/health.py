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
        _read_queue(metrics, delivery)
        return Response(metrics.text(), content_type=CONTENT_TYPE)

    return health


def _read_queue(metrics: Metrics, delivery: Delivery) -> None:
    figures = delivery.figures()
    metrics.requests_read = figures.requests_read
    metrics.queue_messages_unknown = figures.messages_unknown
    metrics.queue_resubscriptions = figures.resubscriptions
    metrics.queue_heartbeat_age_seconds = figures.heartbeat_age
    metrics.queue_backlog_commands = figures.backlog_commands
    metrics.queue_backlog_bytes = figures.backlog_bytes
    metrics.queue_backlog_limit_bytes = figures.backlog_limit_bytes
    metrics.queue_round_trip_seconds = figures.round_trips
    metrics.queue_up = int(_queue_error(delivery) is None)


def _queue_error(delivery: Delivery) -> str | None:
    try:
        delivery.check()
    except QueueUnavailable as error:
        return str(error)
    return None
