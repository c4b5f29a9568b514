"""Health, readiness and metrics, for load balancers and monitoring.

Under a supervisor, `/readyz` and `/metrics` are about all of its workers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from flask import Blueprint, Flask, Response, jsonify

from webhook_logger.delivery import Delivery, QueueUnavailable
from webhook_logger.errors import Reason, Refusal, message_of
from webhook_logger.metrics import CONTENT_TYPE, Metrics
from webhook_logger.shared_metrics import SharedMetrics
from webhook_logger.views.errors import error_response

NO_REPORT = "The worker does not respond."


class OtherWorkers(Protocol):
    """The other workers of the same supervisor, as one of them sees them."""

    number: int
    """The number of this worker."""
    session_suffix: str
    """The end of the ids of this worker's sessions."""
    folder: Path
    """The private folder of all workers."""

    def ask(self, question: str) -> dict[int, str | None]:
        """Return the reports of the other workers by number; None for one that does not respond."""


class Health:
    """The state of this worker, and of the others."""

    def __init__(
        self, app: Flask, delivery: Delivery, metrics: Metrics, others: OtherWorkers | None
    ) -> None:
        self._app = app
        self._delivery = delivery
        self._metrics = metrics
        self._others = others
        self._shared = SharedMetrics(others.folder, others.number) if others else None

    def report(self, question: str) -> str:
        """Report to another worker: `ready` is the reason why this worker is not ready, or an empty
        text. `metrics` brings the file with the metrics up to date.
        """
        if question == "ready":
            refusal = self.refusal()
            return message_of(refusal) if refusal else ""
        self.store()
        return ""

    def store(self) -> None:
        """Keep the values of the metrics for the time after this worker has ended."""
        if self._shared:
            self._shared.store(self._current())

    def refusal(self) -> Refusal | None:
        """Return why this worker is not ready, or None if it is."""
        if getattr(self._app, "draining", False):
            return Refusal(Reason.DRAINING)
        if error := _queue_error(self._delivery):
            return Refusal(Reason.QUEUE_UNAVAILABLE, error)
        return None

    def ready(self) -> Response:
        """Return `200` if this worker or one of the others is ready."""
        refusal = self.refusal()
        if self._others is None:
            return error_response(refusal) if refusal else jsonify(status="ready")
        reports = self._others.ask("ready")
        unready = {
            str(number): NO_REPORT if report is None else report
            for number, report in reports.items()
            if report != ""
        }
        ready = len(reports) - len(unready) + (refusal is None)
        if not ready:
            return error_response(refusal or Refusal(Reason.DRAINING))
        return jsonify(status="ready", workers={"ready": ready, "not_ready": unready})

    def exposition(self) -> str:
        """Return the metrics of this worker and the others."""
        if self._others is None or self._shared is None:
            return self._current().text()
        self.store()
        self._others.ask("metrics")
        return self._shared.text()

    def _current(self) -> Metrics:
        _read_queue(self._metrics, self._delivery)
        return self._metrics


def make_health(health: Health) -> Blueprint:
    """Make `/healthz`, `/readyz` and `/metrics`."""
    views = Blueprint("health", __name__)

    @views.after_request
    def forbid_caching(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    @views.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @views.get("/readyz")
    def readyz() -> Response:
        # Respond here instead of raising: "not ready" must not count as a refused request.
        return health.ready()

    @views.get("/metrics")
    def show_metrics() -> Response:
        return Response(health.exposition(), content_type=CONTENT_TYPE)

    return views


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
