"""The list of metrics: plain numbers that are written in Prometheus' format on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import partial
from platform import python_version
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from webhook_logger import __version__, headers
from webhook_logger.errors import MESSAGE, Reason
from webhook_logger.histogram import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Ending(Enum):
    """The reasons why a worker disconnects a viewer. A row has a word and its meaning."""

    SLOW = "slow", "The viewer reads more slowly than its requests arrive."
    LIMIT = "limit", "The viewer sends messages that are too large, or too many."
    PROTOCOL_ERROR = "protocol_error", "The viewer breaks the protocol of its connection."
    PING_TIMEOUT = "ping_timeout", "The viewer did not respond to a ping in time."
    NOT_CONNECTED = "not_connected", "The viewer did not send CONNECT in time."
    BLOCKED = "blocked", "The operator has blocked the viewer, or a callback that it watches."
    REPLACED = "replaced", "Another viewer is now the responder of its callback."
    DRAINING = "draining", "The worker is stopping."

    def __init__(self, word: str, meaning: str) -> None:
        self.word = word
        self.meaning = meaning


Labels = dict[Any, tuple[str, ...]]
"""The keys of a row's values, and the values of the labels of each."""

_REFUSED: Labels = {each: (each.word,) for each in Reason if each.where != MESSAGE}
_ENDINGS: Labels = {each: (each.word,) for each in Ending}
_SOURCES = ("default", "reply", "path", "handshake", "responder", "refused")
_RESPONSES: Labels = {
    (source, status): (source, f"{status}xx") for source in _SOURCES for status in (2, 3, 4, 5)
}
_HELD: Labels = {each: (each,) for each in ("response", "delay")}


def _about(
    family: type[Metric],
    text: str,
    combine: str = "sum",
    names: Sequence[str] = (),
    labels: Labels | None = None,
) -> dict[str, Any]:
    """Describe a row. `combine` is how the values of several workers become one: the sum, or with
    `min` or `max` the value of one worker.
    """
    about = {"family": family, "help": text, "combine": combine}
    return {**about, "names": names, "labels": labels or {}}


def _counter(text: str) -> Any:
    return field(default=0, metadata=_about(CounterMetricFamily, text))


def _gauge(text: str, combine: str = "sum") -> Any:
    return field(default=0, metadata=_about(GaugeMetricFamily, text, combine))


def _counter_by(text: str, names: Sequence[str], labels: Labels) -> Any:
    about = _about(CounterMetricFamily, text, names=names, labels=labels)
    return field(default_factory=Counter, metadata=about)


def _gauge_by(text: str, names: Sequence[str], labels: Labels) -> Any:
    about = _about(GaugeMetricFamily, text, names=names, labels=labels)
    return field(default_factory=Counter, metadata=about)


def _seconds(text: str) -> Any:
    return field(default_factory=Histogram, metadata=_about(HistogramMetricFamily, text))


def _info(text: str, **labels: str) -> Any:
    about = _about(GaugeMetricFamily, text, "max")
    return field(default_factory=lambda: dict(labels), metadata=about)


Gauge = float | Callable[[], float]
"""A number, or a function that returns it when the metrics are read."""


@dataclass(eq=False)  # a registry keeps it in a dictionary
class Metrics(Collector):
    """The metrics of one worker. A row has a name, a type and a meaning."""

    requests_accepted: int = _counter("Accepted requests. Each has a seq.")
    request_body_bytes: int = _counter("Bytes of the bodies of accepted requests.")
    request_publish_seconds: Histogram = _seconds(
        "Time from the last byte of a request until it is published, without failed attempts."
    )
    requests_in_flight: Gauge = _gauge("Requests that have begun to arrive and have no response.")
    senders_held: Counter[str] = _gauge_by(
        "Senders that wait for a responder, or for a reply with a delay.", ["reason"], _HELD
    )
    responses: Counter[tuple[str, int]] = _counter_by(
        "Responses to requests to callbacks, by source and class of the status.",
        ["by", "status"],
        _RESPONSES,
    )
    live_responses: int = _counter("Responses sent by a responder.")
    handshake_responses: int = _counter("Responses to handshakes, as their providers expect them.")
    requests_refused: Counter[Reason] = _counter_by(
        "Refused requests, by reason.", ["reason"], _REFUSED
    )
    requests_delivered: int = _counter("Requests delivered to viewers, counted once per viewer.")
    delivered_bytes: int = _counter(
        "Bytes of requests and responses for viewers, counted once per viewer."
    )
    delivery_write_seconds: Histogram = _seconds(
        "Time from the arrival of a published request on a worker until it is written to its "
        "viewers there. Requests that are written together count once, with the longest time; at "
        "most 200 measurements per second."
    )
    requests_recovered: int = _counter(
        "Delivered requests that a viewer had missed before, counted once per viewer."
    )
    requests_missed: int = _counter(
        "Requests reported to viewers as missed, counted once per viewer. A viewer that moves from "
        "a stopping worker is not counted: it receives these requests on its first connection."
    )
    gaps: int = _counter("Gaps reported to viewers: missed requests, or an unknown number of them.")
    viewers: int = _gauge("Viewers connected to this worker, in a room or not.")
    viewers_limit: Gauge = _gauge("Maximum number of viewers.")
    viewers_turned_away: int = _counter(
        "Viewers rejected because the maximum number of viewers was reached."
    )
    viewers_cut_off: Counter[Ending] = _counter_by(
        "Viewers that this worker disconnected.", ["reason"], _ENDINGS
    )
    viewers_handed_over: int = _counter(
        "Viewers of this worker that moved to another connection, before this worker stopped."
    )
    rooms: int = _gauge("Callbacks with viewers on this worker.")
    connections: Gauge = _gauge("Open connections of senders and viewers.")
    connections_limit: Gauge = _gauge("Maximum number of connections.")
    event_loop_lag_seconds: Histogram = _seconds(
        "Delay of a timer, five times per second: how long everything else waits."
    )
    draining: Gauge = _gauge("1 if this worker is about to stop, else 0.")
    requests_read: int = _counter("Requests read from the queue.")
    queue_messages_unknown: int = _counter(
        "Messages on the queue with a version that this worker does not know."
    )
    queue_up: int = _gauge(
        "1 if this worker can accept and deliver requests, else 0.", combine="min"
    )
    queue_round_trip_seconds: Histogram = _seconds(
        "Time from sending commands to the queue until it has responded to all of them."
    )
    queue_heartbeat_age_seconds: float = _gauge(
        "Time since this worker last received its own message from the queue; 0 without a queue.",
        combine="max",
    )
    queue_resubscriptions: int = _counter(
        "New subscriptions of this worker to the queue, after its connection failed."
    )
    queue_backlog_commands: int = _gauge("Commands that wait for the queue.")
    queue_backlog_bytes: int = _gauge("Bytes of the commands that wait for the queue.")
    queue_backlog_limit_bytes: int = _gauge(
        "Maximum bytes of the commands that wait for the queue; 0 without a queue."
    )
    build_info: dict[str, str] = _info(
        "1, with the versions of the server, of Python and of the messages between workers, and "
        "whether modules are compiled.",
        version=__version__,
        python=python_version(),
        wire="",
        # Every compiled build compiles `headers`.
        compiled="no" if headers.__file__.endswith(".py") else "yes",
    )

    def collect(self) -> Iterator[Metric]:
        """Yield Prometheus' families. Their names are the fields above, after `webhook_logger_`."""
        for row in fields(self):
            about, value = row.metadata, getattr(self, row.name)
            make = partial(about["family"], f"webhook_logger_{row.name}", about["help"])
            if isinstance(value, Histogram):
                yield make(buckets=value.buckets(), sum_value=value.sum)
            elif isinstance(value, Counter):
                family = make(labels=about["names"])
                # Include all labels, so that each is 0 before it first occurs.
                for key, labels in about["labels"].items():
                    family.add_metric(labels, value[key])
                yield family
            elif isinstance(value, dict):
                family = make(labels=tuple(value))
                family.add_metric(tuple(value.values()), 1)
                yield family
            else:
                yield make(value=value() if callable(value) else value)

    def text(self) -> str:
        """Return the metrics in the exposition format, version 0.0.4, with those of the process."""
        return exposition(self, _process)

    def families(self) -> Iterator[Metric]:
        """Yield the same metrics as `text`."""
        yield from self.collect()
        yield from _process.collect()


def exposition(*collectors: Collector) -> str:
    """Return the metrics of all collectors in the exposition format."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry).decode()


_process = ProcessCollector(registry=None)

PROCESS = {
    "process_cpu_seconds": "sum",
    "process_open_fds": "sum",
    "process_max_fds": "sum",
    "process_resident_memory_bytes": "sum",
    "process_virtual_memory_bytes": "sum",
    "process_start_time_seconds": "max",
}
"""How those metrics of several workers are combined that Prometheus' own library makes."""


def combinations() -> dict[str, str]:
    """Return how each family of several workers is combined: `sum`, `min` or `max`, by the name of
    the family, without `_total`. Histograms are added bucket by bucket.
    """
    own = {f"webhook_logger_{row.name}": row.metadata["combine"] for row in fields(Metrics)}
    return own | PROCESS
