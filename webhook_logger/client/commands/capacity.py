"""`webhook-logger capacity`: estimate the workers and Redis shards that a load needs."""

from __future__ import annotations

import click

from webhook_logger.client.capacity import TARGET, Demand, Plan, plan
from webhook_logger.client.commands.examples import CommandWithExamples

# The upper bounds keep the sums finite, and are far above any deployment.
_NUMBER, _POSITIVE = click.IntRange(0, 1_000_000_000), click.IntRange(1, 1_000_000_000)


@click.command(
    cls=CommandWithExamples,
    examples=(
        (
            "Estimate a deployment for 500 requests per second and 2,000 viewers.",
            "webhook-logger capacity --requests 500 --viewers 2000",
        ),
        (
            "The same with bodies of 20 kB.",
            "webhook-logger capacity --requests 500 --viewers 2000 --body-bytes 20000",
        ),
    ),
)
@click.option(
    "--requests", type=_POSITIVE, metavar="NUMBER", required=True, help="Requests per second."
)
@click.option("--viewers", type=_NUMBER, metavar="NUMBER", required=True, help="Connected viewers.")
@click.option(
    "--body-bytes",
    type=_NUMBER,
    metavar="NUMBER",
    default=300,
    show_default=True,
    help="Size of a body.",
)
@click.option(
    "--viewers-per-callback",
    type=_POSITIVE,
    metavar="NUMBER",
    default=2,
    show_default=True,
    help="Viewers of each callback that receives requests.",
)
@click.option(
    "--new-connections",
    is_flag=True,
    help="Each request opens a connection: no load balancer keeps connections open.",
)
@click.option(
    "--redis-shards",
    type=_POSITIVE,
    metavar="NUMBER",
    help="Masters of the Redis Cluster; 1 is a single Redis. By default the number that is needed.",
)
def capacity(redis_shards: int | None, new_connections: bool, **load: int) -> None:
    """Estimate the workers and Redis shards that a load needs.

    It also estimates memory and bandwidth. The estimate adds up costs that were measured on one
    machine: see docs/capacity.md.
    """
    found = plan(Demand(**load, new_connections=new_connections), redis_shards)
    for name, value in _lines(found):
        click.echo(f"{name + ':':<24}{value}")
    if not found.fits:
        click.echo(f"Too few Redis shards: more than {TARGET:.0%} of the {found.first} is used.")


def _lines(found: Plan) -> list[tuple[str, str]]:
    cores = found.workers + found.shards
    total = found.workers * found.worker_memory
    bandwidth = (
        f"senders {_rate(found.sender_network)}, "
        f"each Redis {_rate(found.redis_network)}, viewers {_rate(found.viewer_network)}"
    )
    return [
        ("workers", f"{found.workers:,}, one core each, {found.worker_cpu:.0%} used"),
        ("Redis shards", f"{found.shards:,}, one core each, {found.redis_cpu:.0%} used"),
        ("cores", f"{cores:,}, without the load balancer"),
        ("memory", f"{_bytes(found.worker_memory)} per worker, {_bytes(total)} in total"),
        ("memory of each Redis", f"{_bytes(found.redis_memory)}, without replies and recovery"),
        ("file descriptors", f"{found.descriptors:,} per worker"),
        ("deliveries", f"{found.deliveries:,.0f} per second"),
        ("bandwidth", bandwidth),
        ("all viewers join again", f"in {found.join_seconds:.1f} s of full CPU"),
        ("breaks first", found.first),
    ]


def _rate(value: float) -> str:
    return f"{value * 8 / 1e6:,.1f} Mbit/s"


def _bytes(value: float) -> str:
    return f"{value / 1e9:,.1f} GB" if value >= 1e9 else f"{value / 1e6:,.0f} MB"
