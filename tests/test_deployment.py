"""The Helm chart and the systemd unit fit the server, as far as tests can check them here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from config import Config
from tests.support.processes import ROOT

CHART = ROOT / "deploy/helm/webhook-logger"
UNIT = ROOT / "deploy/systemd/webhook-logger.service"
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
STOP_SECONDS = 15
"""After DRAIN_SECONDS: docs/operating.md, "Stop a worker"."""


def paths(values: dict[str, Any], before: str = "") -> set[str]:
    """Return the paths of all values, such as `image.tag`."""
    found = {before + name for name in values}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= paths(value, f"{before}{name}.")
    return found


def test_the_values_of_the_chart_match_their_schema() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    validator = jsonschema_rs.validator_for(schema)
    validator.validate(VALUES)
    assert set(schema["properties"]) == {*VALUES, "global"}
    for wrong in (
        {"replica": 2},
        {"drainSeconds": "10"},
        {"drainSeconds": 0},
        {"settings": {"PORT": "80"}},
        {"urlPrefix": "/a b"},
        {"podDisruptionBudget": {"enabled": True, "maxUnavailable": "some"}},
        {"ingress": {"enabled": True, "hosts": [""]}},
    ):
        assert not validator.is_valid(VALUES | wrong), wrong


def test_each_value_that_a_template_uses_exists_and_is_used() -> None:
    text = "".join(path.read_text() for path in (CHART / "templates").iterdir())
    used = set(re.findall(r"\.Values\.([\w.]+)", text))
    known = paths(VALUES)
    assert used <= known
    whole = {name for name in used if isinstance(VALUES.get(name), dict)}
    leaves = {name for name in known if not any(each.startswith(f"{name}.") for each in known)}
    assert {name for name in leaves if name.split(".")[0] not in whole} <= used


def test_the_chart_sets_settings_of_the_server() -> None:
    text = (CHART / "templates/deployment.yaml").read_text()
    names = set(re.findall(r"- name: ([A-Z_]+)$", text, re.MULTILINE)) | set(VALUES["settings"])
    assert {"REDIS_URL", "DRAIN_SECONDS"} <= names
    assert names <= set(Config.__dataclass_fields__) | {"WORKERS"}
    Config.from_environ(VALUES["settings"])


def test_the_unit_gives_the_server_enough_time_to_stop() -> None:
    seconds = re.search(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.MULTILINE)
    assert seconds is not None
    assert int(seconds[1]) > STOP_SECONDS + 5


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    # The verification looks for the program.
    unit.write_text(re.sub(r"/opt/\S+", "/bin/true", UNIT.read_text()))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, complaints) == (0, [])
