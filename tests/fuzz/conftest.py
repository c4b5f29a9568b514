"""Define the profile of a long run, `--hypothesis-profile=long`, and report its counts."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, settings

from tests.fuzz.cases import COUNTS, listeners

LONG = "long"
CASES_PER_PROPERTY = 6_500

_begin = time.monotonic()

settings.register_profile(
    LONG,
    max_examples=CASES_PER_PROPERTY,
    suppress_health_check=[HealthCheck.too_slow],
)


def _is_long(config: pytest.Config) -> bool:
    return config.getoption("--hypothesis-profile") == LONG


@pytest.fixture(autouse=True, scope="session")
def _progress(request: pytest.FixtureRequest) -> None:
    """Report the progress on the terminal while a test runs."""
    plugins = request.config.pluginmanager
    reporter, capture = plugins.getplugin("terminalreporter"), plugins.getplugin("capturemanager")

    def report(line: str) -> None:
        with capture.global_and_fixture_disabled():
            reporter.write_line(line)

    if reporter and capture and _is_long(request.config):
        listeners.append(report)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if _is_long(config):
        for name, count in sorted(COUNTS.items()):
            terminalreporter.write_line(f"{count:>9,}  {name}")
        seconds = time.monotonic() - _begin
        terminalreporter.write_line(f"{COUNTS.total():>9,}  cases in total, in {seconds:.0f} s")
