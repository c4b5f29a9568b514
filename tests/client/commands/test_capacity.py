"""`webhook-logger capacity`, in this process."""

from __future__ import annotations

from click.testing import CliRunner

from webhook_logger.__main__ import cli
from webhook_logger.client.capacity import Demand, plan
from webhook_logger.client.commands.exits import Exit


def run(*arguments: str) -> dict[str, str]:
    done = CliRunner().invoke(cli, ["capacity", *arguments])
    assert done.exit_code == 0, done.output
    lines = [line.partition(":") for line in done.output.splitlines()]
    return {name: value.strip() for name, _, value in lines}


def test_an_estimate_names_workers_and_what_breaks_first() -> None:
    found = plan(Demand(requests=5000, viewers=20_000))
    shown = run("--requests", "5000", "--viewers", "20000")
    assert shown["workers"].startswith(f"{found.workers}, ")
    assert shown["breaks first"] == found.first
    assert shown["file descriptors"] == f"{found.descriptors:,} per worker"


def test_too_few_shards_are_reported() -> None:
    few = ("--requests", "5000", "--viewers", "100", "--body-bytes", "50000", "--redis-shards", "1")
    assert "Too few Redis shards" in run(*few)
    assert "Too few Redis shards" not in run(*few[:-1], "20")


def test_a_load_is_required_and_has_a_bound() -> None:
    for number in (None, "0", "-1", "nan", "1e9", "10000000000"):
        load = ["--requests", number] if number else []
        done = CliRunner().invoke(cli, ["capacity", *load, "--viewers", "1"])
        assert done.exit_code == Exit.USAGE, number


def test_the_largest_load_has_an_estimate() -> None:
    shown = run("--requests", "1000000000", "--viewers", "1000000000", "--body-bytes", "1000000000")
    assert shown["workers"].endswith("60% used")
