"""Options that several commands share."""

from __future__ import annotations

import math
from typing import Any

import click

MAX_SECONDS = 10**6


class Positive(click.FloatRange):
    """A number greater than 0 and at most `limit`, not NaN."""

    def __init__(self, limit: float) -> None:
        super().__init__(0, limit, min_open=True)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


SECONDS = Positive(MAX_SECONDS)

timeout = click.option(
    "--timeout",
    type=SECONDS,
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="Maximum seconds for each response.",
)
retries = click.option(
    "--retries",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="Maximum retries after no response, 429 or 5xx.",
)
allow_escape = click.option(
    "--allow-escape",
    is_flag=True,
    help="Also send paths that lead out of the target's path, such as /../admin.",
)
