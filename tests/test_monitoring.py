"""The dashboard and the alerts of deploy/ use metrics that exist, and Prometheus accepts them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.processes import ROOT, Server
from tests.support.sender import ask

PROMETHEUS = ROOT / "deploy/prometheus"
ALERTS = (PROMETHEUS / "alerts.yml").read_text()
DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text())
METRIC = re.compile(r"\b(?:webhook_logger|process)_[a-z_]+\b")
MATCHER = re.compile(r'\b(by|reason|status)="([^"]*)"')
DATA_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


@pytest.fixture(scope="module")
def exposition(memory_server: Server) -> str:
    return ask(memory_server.address, "GET", "/metrics").body.decode()


@pytest.fixture(scope="module")
def samples(exposition: str) -> dict[str, list[dict[str, str]]]:
    """The labels of all samples by name."""
    samples: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append(sample.labels)
    return samples


def promtool(*args: str, text: str = "") -> None:
    run = subprocess.run(
        ("promtool", *args), cwd=PROMETHEUS, input=text, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def expressions() -> Iterator[str]:
    """Yield the alerts, and the expressions of the dashboard."""
    yield ALERTS
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (each["query"]["query"] for each in DASHBOARD["templating"]["list"][1:])
    yield from (each["expr"] for each in DASHBOARD["annotations"]["list"])


def test_prometheus_accepts_the_configuration_and_the_alerts() -> None:
    promtool("check", "config", "prometheus.yml")
    promtool("test", "rules", "alerts.test.yml")


def test_the_metrics_follow_the_conventions_of_prometheus(exposition: str) -> None:
    promtool("check", "metrics", text=exposition)


def test_alerts_and_dashboard_use_metrics_that_exist(
    samples: dict[str, list[dict[str, str]]],
) -> None:
    used = {name for text in expressions() for name in METRIC.findall(text)}
    assert len(used) > 40
    histograms = {name.removesuffix("_bucket") for name in samples}  # the runbooks name them
    assert used - samples.keys() - histograms == set()


def test_alerts_and_dashboard_use_labels_that_exist(
    samples: dict[str, list[dict[str, str]]],
) -> None:
    values = {
        (name, value)
        for all_of in samples.values()
        for one in all_of
        for name, value in one.items()
    }
    used = {match for text in expressions() for match in MATCHER.findall(text)}
    assert ("by", "refused") in used
    assert used - values == set()


def test_every_metric_is_documented_and_on_the_dashboard(
    samples: dict[str, list[dict[str, str]]],
) -> None:
    documented = METRIC.findall((ROOT / "docs/metrics.md").read_text())
    shown = [name for text in expressions() for name in METRIC.findall(text)]
    names = {re.sub("_(bucket|count|sum)$", "", name) for name in samples}
    names = {name for name in names if METRIC.fullmatch(name)}
    assert names - set(documented) == set()
    of_histograms = {re.sub("_bucket$", "", name) for name in shown}
    assert names - of_histograms == {"process_virtual_memory_bytes"}


def test_each_alert_says_how_severe_it_is_and_how_to_act() -> None:
    alerts = ALERTS.split("- alert: ")[1:]
    assert len(alerts) > 10
    tested = (PROMETHEUS / "alerts.test.yml").read_text()
    for alert in alerts:
        name = alert.partition("\n")[0]
        assert re.search(r"severity: (critical|warning)\b", alert), name
        for key in ("summary", "description", "runbook"):
            assert f"          {key}: " in alert, (name, key)
        assert f'alertname="{name}"' in tested, name


def test_the_dashboard_can_be_imported_with_any_data_source() -> None:
    variables = {each["name"]: each for each in DASHBOARD["templating"]["list"]}
    assert variables.keys() == {"datasource", "job", "instance"}
    assert variables["datasource"]["type"] == "datasource"
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for source in sources(DASHBOARD):
        assert source == DATA_SOURCE
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            filters = re.findall(r"\{([^{}]*)\}", target["expr"])
            assert filters
            assert all('job=~"$job", instance=~"$instance"' in each for each in filters)


def sources(value: Any) -> Iterator[Any]:
    """Yield the data sources of all parts."""
    if isinstance(value, dict):
        if "datasource" in value:
            yield value["datasource"]
        for each in value.values():
            yield from sources(each)
    elif isinstance(value, list):
        for each in value:
            yield from sources(each)
