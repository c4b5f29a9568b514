"""Options that several commands share."""

from __future__ import annotations

import math
from typing import Any

import click

from webhook_logger import providers
from webhook_logger.providers import Provider, UnknownProvider

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


class ProviderId(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no argument
    """The id of a provider. Does not read the registry before an option is used."""

    name = "provider"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Provider:
        try:
            return value if isinstance(value, Provider) else providers.get(value)
        except UnknownProvider as error:
            self.fail(str(error), param, ctx)


def _named_values(
    _ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Parse `NAME=VALUE` options."""
    pairs = [text.partition("=") for text in texts]
    if not all(name and equals for name, equals, _ in pairs):
        raise click.BadParameter("it must have the form NAME=VALUE.")
    return {name: value for name, _, value in pairs}


signature_options = click.option(
    "--option",
    "signature_options",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_named_values,
    help="An option of the provider's signature, such as url=https://…; repeatable.",
)
SECONDS = Positive(MAX_SECONDS)
PROVIDER = ProviderId()

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
