"""The exposition of the metrics, and how those of several workers are combined."""

from __future__ import annotations

from dataclasses import fields

from prometheus_client.parser import text_string_to_metric_families

from webhook_logger.histogram import SECONDS, Histogram
from webhook_logger.metrics import Metrics, combinations


def test_a_histogram_counts_each_duration_up_to_its_bound() -> None:
    histogram = Histogram()
    for seconds in (0.0, 0.0005, 0.0006, 10.0, 11.0):
        histogram.observe(seconds)
    buckets = dict(histogram.buckets())
    assert (buckets["0.0005"], buckets["0.001"]) == (2, 3)
    assert (buckets["5.0"], buckets["10.0"], buckets["+Inf"]) == (3, 4, 5)
    assert len(buckets) == len(SECONDS) + 1
    assert histogram.sum == 21.0011


def test_the_exposition_has_a_histogram_in_the_format_of_prometheus() -> None:
    metrics = Metrics()
    metrics.request_publish_seconds.observe(0.003)
    families = {each.name: each for each in text_string_to_metric_families(metrics.text())}
    family = families["webhook_logger_request_publish_seconds"]
    samples = {(each.name, each.labels.get("le")): each.value for each in family.samples}
    assert family.type == "histogram"
    assert samples["webhook_logger_request_publish_seconds_bucket", "0.0025"] == 0
    assert samples["webhook_logger_request_publish_seconds_bucket", "0.005"] == 1
    assert samples["webhook_logger_request_publish_seconds_bucket", "+Inf"] == 1
    assert samples["webhook_logger_request_publish_seconds_count", None] == 1
    assert samples["webhook_logger_request_publish_seconds_sum", None] == 0.003


def test_each_family_says_how_several_workers_are_combined() -> None:
    names = {family.name for family in text_string_to_metric_families(Metrics().text())}
    assert combinations().keys() == names
    assert set(combinations().values()) <= {"sum", "min", "max"}
    assert combinations()["webhook_logger_queue_up"] == "min"
    additive = {row.name for row in fields(Metrics) if row.metadata["family"].__name__[:1] in "CH"}
    assert {combinations()[f"webhook_logger_{name}"] for name in additive} == {"sum"}
