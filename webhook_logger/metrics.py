"""The one list of metrics. Plain numbers where they are counted, Prometheus' form when it asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from webhook_logger.reasons import Reason

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def _about(family: type[Metric], text: str) -> dict[str, Any]:
    return {"family": family, "help": text}


def _metric(family: type[Metric], text: str) -> Any:
    return field(default=0, metadata=_about(family, text))


@dataclass(eq=False)  # a registry keeps it in a dictionary
class Metrics(Collector):
    """What one worker counts; a row is name, kind and meaning."""

    requests_accepted: int = _metric(CounterMetricFamily, "Requests that were given a seq.")
    requests_answered: int = _metric(CounterMetricFamily, "Requests answered by an answerer.")
    requests_refused: Counter[Reason] = field(
        default_factory=Counter,
        metadata=_about(CounterMetricFamily, "Requests answered with an error, by reason."),
    )
    requests_delivered: int = _metric(CounterMetricFamily, "Requests handed to a viewer, each.")
    viewers: int = _metric(GaugeMetricFamily, "Connections, in a room or not.")
    viewers_turned_away: int = _metric(CounterMetricFamily, "Connections cut off, one too many.")
    rooms: int = _metric(GaugeMetricFamily, "Callbacks with viewers on this worker.")
    requests_read: int = _metric(CounterMetricFamily, "Requests read from the queue.")
    queue_up: int = _metric(GaugeMetricFamily, "1 when this worker can accept and deliver.")

    def collect(self) -> Iterator[Metric]:
        """Prometheus' families, by the names above behind `webhook_logger_`."""
        for row in fields(self):
            name, text = f"webhook_logger_{row.name}", row.metadata["help"]
            value = getattr(self, row.name)
            if isinstance(value, Counter):
                yield _labelled(row.metadata["family"](name, text, labels=["reason"]), value)
            else:
                yield row.metadata["family"](name, text, value=value)

    def text(self) -> str:
        """The exposition format, version 0.0.4."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry).decode()


def _labelled(family: CounterMetricFamily, counts: Counter[Reason]) -> CounterMetricFamily:
    """All reasons of the registry, so that each has its 0 before it happens first."""
    for reason in Reason:
        family.add_metric([reason.word], counts[reason])
    return family
