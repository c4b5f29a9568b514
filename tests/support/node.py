"""Run scripts of tests/js with Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT


def node() -> str:
    """Return the path of Node."""
    found = shutil.which("node")
    assert found, "no node on the PATH: run the tests with `make test`"
    return found


def output_of(script: str, given: object) -> Any:
    """Return the JSON that a script writes when it reads this input."""
    done = subprocess.run(
        [node(), script],
        cwd=ROOT,
        input=json.dumps(given).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    return json.loads(done.stdout)
