"""The list of metrics: plain numbers that are written in Prometheus' format on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from webhook_logger.errors import MESSAGE, Reason

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
    family: type[Metric], text: str, reasons: Iterable[Reason | Ending] = ()
) -> dict[str, Any]:
    return {"family": family, "help": text, "reasons": reasons}


def _metric(family: type[Metric], text: str) -> Any:
    return field(default=0, metadata=_about(family, text))


@dataclass(eq=False)  # a registry keeps it in a dictionary
class Metrics(Collector):
    """The metrics of one worker. A row has a name, a type and a meaning."""

    requests_accepted: int = _metric(CounterMetricFamily, "Accepted requests. Each has a seq.")
    live_responses: int = _metric(CounterMetricFamily, "Responses sent by a responder.")
    handshake_responses: int = _metric(
        CounterMetricFamily, "Responses to handshakes, as their providers expect them."
    )
    requests_refused: Counter[Reason] = field(
        default_factory=Counter,
        metadata=_about(CounterMetricFamily, "Refused requests, by reason.", _OF_REQUESTS),
    )
    requests_delivered: int = _metric(
        CounterMetricFamily, "Requests delivered to viewers, counted once per viewer."
    )
    requests_recovered: int = _metric(
        CounterMetricFamily,
        "Delivered requests that a viewer had missed before, counted once per viewer.",
    )
    requests_missed: int = _metric(
        CounterMetricFamily, "Requests reported to viewers as missed, counted once per viewer."
    )
    viewers: int = _metric(GaugeMetricFamily, "Viewers connected to this worker, in a room or not.")
    viewers_turned_away: int = _metric(
        CounterMetricFamily, "Viewers rejected because the maximum number of viewers was reached."
    )
    viewers_cut_off: Counter[Ending] = field(
        default_factory=Counter,
        metadata=_about(CounterMetricFamily, "Viewers that this worker disconnected.", Ending),
    )
    viewers_handed_over: int = _metric(
        CounterMetricFamily,
        "Viewers of this worker that moved to another connection, before this worker stopped.",
    )
    rooms: int = _metric(GaugeMetricFamily, "Callbacks with viewers on this worker.")
    requests_read: int = _metric(CounterMetricFamily, "Requests read from the queue.")
    queue_messages_unknown: int = _metric(
        CounterMetricFamily, "Messages on the queue with a version that this worker does not know."
    )
    queue_up: int = _metric(
        GaugeMetricFamily, "1 if this worker can accept and deliver requests, else 0."
    )

    def collect(self) -> Iterator[Metric]:
        """Yield Prometheus' families. Their names are the fields above, after `webhook_logger_`."""
        for row in fields(self):
            name, text = f"webhook_logger_{row.name}", row.metadata["help"]
            value = getattr(self, row.name)
            if reasons := row.metadata["reasons"]:
                family = row.metadata["family"](name, text, labels=["reason"])
                # Include all reasons, so that each is 0 before it first occurs.
                for reason in reasons:
                    family.add_metric([reason.word], value[reason])
                yield family
            else:
                yield row.metadata["family"](name, text, value=value)

    def text(self) -> str:
        """Return the metrics in the exposition format, version 0.0.4."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry).decode()
