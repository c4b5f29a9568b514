"""Options that several commands share."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from webhook_logger import providers
from webhook_logger.client.errors import Invalid
from webhook_logger.headers import HeaderLines
from webhook_logger.providers import Provider, UnknownProvider
from webhook_logger.providers.provider import GENERIC

MAX_SECONDS = 10**6
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def grouped(kind: type[Any], name: str, *added: Decorator) -> Decorator:
    """Return a decorator that adds options, and passes their values as one argument.

    The argument `name` is a `kind`, a dataclass with a field for each option.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def grouping(*args: Any, **values: Any) -> Any:
            names = [field.name for field in fields(kind) if field.name in values]
            group = kind(**{each: values.pop(each) for each in names})
            return command(*args, **values, **{name: group})

        decorated: Callable[..., Any] = grouping
        for option in reversed(added):
            decorated = option(decorated)
        return decorated

    return decorate


def given(ctx: click.Context) -> dict[str, str]:
    """Return the parameters that the command line names, and their options, such as `--rate`."""
    return {
        each.name: max(each.opts, key=len)
        for each in ctx.command.params
        if each.name and ctx.get_parameter_source(each.name) is ParameterSource.COMMANDLINE
    }


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

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return complete_provider(ctx, param, incomplete)


def complete_provider(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the ids of providers that begin with this text."""
    return [CompletionItem(each) for each in providers.ids() if each.startswith(incomplete)]


def _named_values(
    _ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Parse `NAME=VALUE` options."""
    pairs = [text.partition("=") for text in texts]
    if not all(name and equals for name, equals, _ in pairs):
        raise click.BadParameter("it must have the form NAME=VALUE.")
    return {name: value for name, _, value in pairs}


def check_any_provider_has(names: Iterable[str]) -> None:
    """Raise `InvalidOption` if no provider has an option with one of these names."""
    unknown = set(names).difference(providers.get(GENERIC).option_names)
    if not unknown:  # the registry is not read
        return
    known = {name for each in providers.providers().values() for name in each.option_names}
    if unknown := unknown - known:
        every = ", ".join(sorted(known.union(providers.get(GENERIC).option_names)))
        raise providers.InvalidOption(
            f"No provider has the option “{min(unknown)}”. The options are: {every}."
        )


signature_options = click.option(
    "--option",
    "signature_options",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_named_values,
    help="An option of the provider's signature, such as url=https://…; repeatable.",
)
headers = click.option(
    "-H",
    "--header",
    "lines",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Add a header line; repeatable.",
)


data = click.option(
    "-d", "--data", metavar="TEXT|@FILE|@-", help="The body; @- reads it from stdin."
)
json_data = click.option(
    "--json",
    "json_data",
    metavar="TEXT|@FILE|@-",
    help="The body, with Content-Type: application/json unless -H gives another.",
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


def concurrency(text: str, default: int) -> Decorator:
    """Return the option for simultaneous requests."""
    return click.option(
        "--concurrency",
        type=click.IntRange(1, 100),
        default=default,
        show_default=True,
        metavar="N",
        help=text,
    )


allow_escape = click.option(
    "--allow-escape",
    is_flag=True,
    help="Also send paths that lead out of the target's path, such as /../admin.",
)


def headers_and_body(
    lines: Iterable[str], data: str | None, json_data: str | None
) -> tuple[HeaderLines, bytes | None]:
    """Return the header lines and the body of the options `headers`, `data` and `json_data`."""
    if data is not None and json_data is not None:
        raise click.UsageError("Use either --data or --json, not both.")
    parsed = tuple(map(header_line, lines))
    if json_data is not None and all(name.lower() != "content-type" for name, _ in parsed):
        parsed = (*parsed, ("Content-Type", "application/json"))
    return parsed, content(data if json_data is None else json_data)


def header_line(text: str) -> tuple[str, str]:
    """Parse a header line. Characters outside ASCII are sent as UTF-8."""
    name, colon, value = text.partition(":")
    if not colon:
        raise Invalid(f"A header must have the form 'Name: value': {text!r}.")
    return name, value.strip(" \t").encode("utf-8", "surrogateescape").decode("latin-1")


def content(data: str | None) -> bytes | None:
    """Return the bytes of `TEXT`, `@FILE` or `@-`."""
    if data is None:
        return None
    if not data.startswith("@"):
        return data.encode("utf-8", "surrogateescape")
    if data == "@-":
        return sys.stdin.buffer.read()
    try:
        return Path(data[1:]).read_bytes()
    except OSError as error:
        raise Invalid(f"Cannot read {data[1:]}: {error.strerror}.") from error
