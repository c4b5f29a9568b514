"""The client works with the oldest versions that pyproject.toml allows. Needs the package index."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.support.processes import ROOT
from tests.test_supply import PROJECT

CLIENT_TESTS = (
    "tests/client/commands/test_exits.py",
    "tests/client/commands/test_screen.py",
    "tests/client/stream",
    "tests/client/test_aio.py",
    "tests/client/test_handover.py",
    "tests/client/test_http.py",
)
"""Fast tests that use all of the libraries."""
VERSIONS = """
import json, sys
from importlib.metadata import version
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
"""

pytestmark = pytest.mark.timeout(300)


def oldest() -> list[Requirement]:
    """Return the packages of the client, each pinned to its lowest version."""
    extras = PROJECT["project"]["optional-dependencies"]
    ranges = [
        Requirement(text)
        for text in (
            *PROJECT["project"]["dependencies"],
            *extras["codings"],
            *extras["signatures"],
        )
    ]
    for each in ranges:
        [lowest] = [part.version for part in each.specifier if part.operator == ">="]
        each.specifier = SpecifierSet(f"=={lowest}")
    return [each for each in ranges if not each.marker or each.marker.evaluate()]


def run(*command: object, folder: Path) -> str:
    """Run Python with the packages of the folder first in its path, and return its output."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        env={**env, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_tests_of_the_client_pass_with_the_oldest_versions(tmp_path: Path) -> None:
    wanted = oldest()
    options = ("-q", "--no-compile", "--only-binary=:all:", "--disable-pip-version-check")
    run("-m", "pip", "install", *options, "--target", tmp_path, *wanted, folder=tmp_path)
    used = json.loads(run("-c", VERSIONS, *(each.name for each in wanted), folder=tmp_path))
    assert [each for each in wanted if not each.specifier.contains(used[each.name])] == []
    run("-m", "pytest", "-q", "-p", "no:cacheprovider", *CLIENT_TESTS, folder=tmp_path)
