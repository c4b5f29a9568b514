"""The list of metrics: plain numbers that are written in Prometheus' format on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from webhook_logger.errors import MESSAGE, Reason
from webhook_logger.histogram import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Ending(Enum):
    """The reasons why a worker disconnects a viewer. A row has a word and its meaning."""

    SLOW = "slow", "The viewer reads more slowly than its requests arrive."
    LIMIT = "limit", "The viewer sends messages that are too large, or too many."
    PROTOCOL_ERROR = "protocol_error", "The viewer breaks the WebSocket or Engine.IO protocol."
    PING_TIMEOUT = "ping_timeout", "The viewer did not respond to a ping in time."
    NOT_CONNECTED = "not_connected", "The viewer did not send CONNECT in time."
    REPLACED = "replaced", "Another viewer is now the responder of its callback."
    DRAINING = "draining", "The worker is stopping."

    def __init__(self, word: str, meaning: str) -> None:
        self.word = word
        self.meaning = meaning


_OF_REQUESTS = [reason for reason in Reason if reason.where != MESSAGE]


def _about(
    family: type[Metric],
    text: str,
    combine: str = "sum",
    reasons: Iterable[Reason | Ending] = (),
) -> dict[str, Any]:
    """Describe a row. `combine` is how the values of several workers become one: the sum, or with
    `min` or `max` the value of one worker.
    """
    return {"family": family, "help": text, "combine": combine, "reasons": reasons}


def _counter(text: str) -> Any:
    return field(default=0, metadata=_about(CounterMetricFamily, text))


def _gauge(text: str, combine: str = "sum") -> Any:
    return field(default=0, metadata=_about(GaugeMetricFamily, text, combine))


def _counter_by(text: str, reasons: Iterable[Reason | Ending]) -> Any:
    metadata = _about(CounterMetricFamily, text, reasons=reasons)
    return field(default_factory=Counter, metadata=metadata)


def _seconds(text: str) -> Any:
    return field(default_factory=Histogram, metadata=_about(HistogramMetricFamily, text))


@dataclass(eq=False)  # a registry keeps it in a dictionary
class Metrics(Collector):
    """The metrics of one worker. A row has a name, a type and a meaning."""

    requests_accepted: int = _counter("Accepted requests. Each has a seq.")
    request_publish_seconds: Histogram = _seconds(
        "Time from the last byte of a request until it is published, without failed attempts."
    )
    live_responses: int = _counter("Responses sent by a responder.")
    handshake_responses: int = _counter("Responses to handshakes, as their providers expect them.")
    requests_refused: Counter[Reason] = _counter_by("Refused requests, by reason.", _OF_REQUESTS)
    requests_delivered: int = _counter("Requests delivered to viewers, counted once per viewer.")
    requests_recovered: int = _counter(
        "Delivered requests that a viewer had missed before, counted once per viewer.",
    )
    requests_missed: int = _counter(
        "Requests reported to viewers as missed, counted once per viewer."
    )
    viewers: int = _gauge("Viewers connected to this worker, in a room or not.")
    viewers_turned_away: int = _counter(
        "Viewers rejected because the maximum number of viewers was reached."
    )
    viewers_cut_off: Counter[Ending] = _counter_by("Viewers that this worker disconnected.", Ending)
    viewers_handed_over: int = _counter(
        "Viewers of this worker that moved to another connection, before this worker stopped.",
    )
    rooms: int = _gauge("Callbacks with viewers on this worker.")
    requests_read: int = _counter("Requests read from the queue.")
    queue_messages_unknown: int = _counter(
        "Messages on the queue with a version that this worker does not know."
    )
    queue_up: int = _gauge(
        "1 if this worker can accept and deliver requests, else 0.", combine="min"
    )

    def collect(self) -> Iterator[Metric]:
        """Yield Prometheus' families. Their names are the fields above, after `webhook_logger_`."""
        for row in fields(self):
            name, text = f"webhook_logger_{row.name}", row.metadata["help"]
            family, value = row.metadata["family"], getattr(self, row.name)
            if isinstance(value, Histogram):
                yield family(name, text, buckets=value.buckets(), sum_value=value.sum)
            elif reasons := row.metadata["reasons"]:
                labelled = family(name, text, labels=["reason"])
                # Include all reasons, so that each is 0 before it first occurs.
                for reason in reasons:
                    labelled.add_metric([reason.word], value[reason])
                yield labelled
            else:
                yield family(name, text, value=value)

    def text(self) -> str:
        """Return the metrics in the exposition format, version 0.0.4."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry).decode()


def combinations() -> dict[str, str]:
    """Return how each family of several workers is combined: `sum`, `min` or `max`, by the name of
    the family, without `_total`. Histograms are added bucket by bucket.
    """
    return {f"webhook_logger_{row.name}": row.metadata["combine"] for row in fields(Metrics)}
