"""For load balancers and monitors: is the process alive, and should it get requests?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import ServiceUnavailable

from webhook_logger.delivery import Delivery, QueueUnavailable


def make_health(delivery: Delivery) -> Blueprint:
    """`/healthz` and `/readyz`."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @health.get("/readyz")
    def readyz() -> Response:
        try:
            delivery.check()
        except QueueUnavailable as error:
            raise ServiceUnavailable(str(error)) from error
        return jsonify(status="ready")

    return health
