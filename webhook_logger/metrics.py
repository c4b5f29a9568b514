"""The one list of metrics: plain numbers while counting, Prometheus' format on request."""

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
    """Why a worker cuts a viewer off; a row is a word and its meaning."""

    SLOW = "slow", "It reads more slowly than its requests arrive."
    LIMIT = "limit", "It sends messages that are too large, or too many."
    PROTOCOL_ERROR = "protocol_error", "It breaks the protocol of WebSocket or of Engine.IO."
    PING_TIMEOUT = "ping_timeout", "It did not respond to a ping in time."
    NOT_CONNECTED = "not_connected", "It did not send CONNECT in time."
    REPLACED = "replaced", "Another viewer responds to its callback's requests now."
    DRAINING = "draining", "The worker stops."

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
    """The metrics of one worker; a row is a name, a kind and a meaning."""

    requests_accepted: int = _metric(CounterMetricFamily, "Requests accepted: each has a seq.")
    live_responses: int = _metric(CounterMetricFamily, "Responses that a responder gave.")
    requests_refused: Counter[Reason] = field(
        default_factory=Counter,
        metadata=_about(CounterMetricFamily, "Requests refused, by reason.", _OF_REQUESTS),
    )
    requests_delivered: int = _metric(
        CounterMetricFamily, "Requests delivered to viewers, counted for each viewer."
    )
    viewers: int = _metric(GaugeMetricFamily, "Viewers connected to this worker, in a room or not.")
    viewers_turned_away: int = _metric(
        CounterMetricFamily, "Viewers turned away because a maximum of viewers was reached."
    )
    viewers_cut_off: Counter[Ending] = field(
        default_factory=Counter,
        metadata=_about(CounterMetricFamily, "Viewers cut off by this worker, by reason.", Ending),
    )
    rooms: int = _metric(GaugeMetricFamily, "Callbacks with viewers on this worker.")
    requests_read: int = _metric(CounterMetricFamily, "Requests read from the queue.")
    queue_messages_unknown: int = _metric(
        CounterMetricFamily, "Messages on the queue of a version that this worker does not know."
    )
    queue_up: int = _metric(
        GaugeMetricFamily, "1 when this worker can accept and deliver requests, else 0."
    )

    def collect(self) -> Iterator[Metric]:
        """Yield Prometheus' families. Their names are those above, after `webhook_logger_`."""
        for row in fields(self):
            name, text = f"webhook_logger_{row.name}", row.metadata["help"]
            value = getattr(self, row.name)
            if reasons := row.metadata["reasons"]:
                family = row.metadata["family"](name, text, labels=["reason"])
                # All reasons, so that each is 0 before it first happens.
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
