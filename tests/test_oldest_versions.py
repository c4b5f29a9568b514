"""The client and the server work with the oldest versions that pyproject.toml allows.

Needs the package index.
"""

from __future__ import annotations

import json
import sys
import sysconfig
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.environments import create, install, run
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
SERVER_TESTS = (
    "tests/test_library_seams.py",
    "tests/test_metrics.py",
    "tests/views/test_docs.py",
    "tests/integration/test_delivery.py::test_a_request_reaches_every_viewer_of_its_callback",
)
"""Fast tests that use all of the libraries."""
VERSIONS = """
import json, sys
from importlib.metadata import version
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
"""

pytestmark = pytest.mark.timeout(300)


def lowest(requirements: list[str]) -> dict[str, str]:
    """Return the lower bound of each package that this Python needs."""
    wanted = {}
    for each in map(Requirement, requirements):
        if not each.marker or each.marker.evaluate():
            [wanted[each.name]] = [part.version for part in each.specifier if part.operator == ">="]
    return wanted


def install_oldest(python: Path, *options: str) -> None:
    """Install the oldest versions, and of the packages that those need, the newest."""
    install(python, "--resolution", "lowest-direct", *options, "-r", ROOT / "pyproject.toml")


def others_than(wanted: dict[str, str], python: Path, **env: str) -> dict[str, str]:
    """Return the versions of the packages that are not at their lower bound."""
    used = json.loads(run(python, "-c", VERSIONS, *wanted, **env))
    return {name: used[name] for name in wanted if not _is_same(used[name], wanted[name])}


def _is_same(version: str, bound: str) -> bool:
    return Requirement(f"package=={bound}").specifier.contains(version)


def test_the_tests_of_the_client_pass_with_the_oldest_versions(tmp_path: Path) -> None:
    """Put the packages first into the path of the tests only: their servers need newer ones."""
    python = Path(sys.executable)
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *extras["codings"], *extras["signatures"]]
    options = ("--extra", "codings", "--extra", "signatures", "--target", str(tmp_path))
    install_oldest(python, *options)
    env = {"PYTHONPATH": str(tmp_path)}
    assert others_than(lowest(wanted), python, **env) == {}
    run_tests(python, *CLIENT_TESTS, **env)


def test_the_tests_of_the_server_pass_with_the_oldest_versions(tmp_path: Path) -> None:
    python = create(tmp_path)
    install_oldest(python, "--extra", "server")
    assert others_than(lowest(PROJECT["project"]["optional-dependencies"]["server"]), python) == {}
    [packages] = tmp_path.glob("lib/python*/site-packages")
    # The packages of the tests come last in the path, also in the servers that the tests start.
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib"))
    run_tests(python, *SERVER_TESTS)


def run_tests(python: Path, *tests: str, **env: str) -> None:
    run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, cwd=ROOT, **env)
