"""`webhook-logger send`: send test requests, signed if needed."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Group
from rich.text import Text

from webhook_logger.captured import Body
from webhook_logger.client.address import absolute
from webhook_logger.client.commands import options
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.progress import progress
from webhook_logger.client.commands.screen import Screen, duration
from webhook_logger.client.commands.tally import NO_RESPONSE, Tally
from webhook_logger.client.errors import Invalid, Unreachable
from webhook_logger.client.http import Http, HttpResponse
from webhook_logger.client.show import format_body, header, status_color
from webhook_logger.client.signatures import PROVIDERS, OutgoingRequest
from webhook_logger.headers import HeaderLines
from webhook_logger.plain import plain


@dataclass(frozen=True, slots=True)
class Draft:
    """A request before it is signed."""

    method: str
    url: str
    headers: HeaderLines
    body: bytes
    provider: str | None
    secret: str

    def lines(self) -> HeaderLines:
        """Return the header lines for a request that is sent now, including the signature."""
        if not self.provider:
            return self.headers
        outgoing = OutgoingRequest(self.body, self.url, self.headers)
        return (*self.headers, *PROVIDERS[self.provider]().sign(outgoing, self.secret))


@click.command()
@click.argument("url")
@click.option(
    "-X", "--method", default="POST", show_default=True, metavar="METHOD", help="The HTTP method."
)
@click.option(
    "-H",
    "--header",
    "lines",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Add a header line; repeatable.",
)
@click.option("-d", "--data", metavar="TEXT|@FILE|@-", help="The body; @- reads it from stdin.")
@click.option(
    "--json",
    "json_data",
    metavar="TEXT|@FILE|@-",
    help="The body, with Content-Type: application/json unless -H gives another.",
)
@click.option(
    "--sign",
    "provider",
    metavar="PROVIDER",
    type=click.Choice(list(PROVIDERS)),
    help=f"Sign the request like this provider: {', '.join(PROVIDERS)}.",
)
@click.option(
    "--secret",
    envvar="WEBHOOK_SECRET",
    default="",
    metavar="TEXT",
    callback=lambda _ctx, _param, secret: _checked_secret(secret),
    help="The secret for the signature.",
)
@click.option(
    "--times",
    type=click.IntRange(1, 10**6),
    default=1,
    show_default=True,
    metavar="N",
    help="Send this many requests.",
)
@click.option(
    "--rate",
    type=options.Positive(10**6),
    show_default="as fast as responses come",
    metavar="N",
    help="Send this many requests per second.",
)
@options.timeout
@click.option("-v", "--verbose", is_flag=True, help="Also show the header lines of the response.")
@click.pass_context
def send(
    ctx: click.Context,
    url: str,
    method: str,
    lines: tuple[str, ...],
    data: str | None,
    json_data: str | None,
    provider: str | None,
    secret: str,
    times: int,
    rate: float | None,
    timeout: float,
    verbose: bool,
) -> None:
    """Send a test request to URL, such as a callback.

    Give the secret as WEBHOOK_SECRET in the environment: other users of this machine can read the
    options of a command.
    """
    if provider and not secret:
        raise click.UsageError("--sign requires --secret.")
    if data is not None and json_data is not None:
        raise click.UsageError("Use either --data or --json, not both.")
    headers = tuple(map(_line, lines))
    if json_data is not None and all(name.lower() != "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", "application/json"))
    body = _content(data if json_data is None else json_data)
    draft = Draft(method, absolute(url), headers, body, provider, secret)
    sender = Sender(draft, Screen(), verbose or times == 1, verbose)
    with Http(timeout=timeout) as http:
        ctx.exit(sender.send(http, times, rate))


class Sender:
    """Sends a draft one or more times, and prints the responses."""

    def __init__(self, draft: Draft, screen: Screen, each: bool, headers: bool) -> None:
        """`each`: whether to print each response; `headers`: with its header lines."""
        self._draft = draft
        self._screen = screen
        self._each = each
        self._headers = headers

    def send(self, http: Http, times: int, rate: float | None) -> Exit:
        """Send `times` requests, at most `rate` per second; return the exit code."""
        start = time.monotonic()
        tally = Tally()
        try:
            for number in progress(self._screen, range(times)):
                _pause(start + number / rate - time.monotonic() if rate else 0)
                tally.add(self._one(http))
        finally:
            if times > 1:
                took = duration(time.monotonic() - start)
                self._screen.note(f"{tally.count} requests in {took}: {tally.text or 'nothing'}.")
        return tally.exit

    def _one(self, http: Http) -> str:
        """Send one request, and return its outcome for the tally."""
        draft, start = self._draft, time.monotonic()
        try:
            response = http.send(draft.method, draft.url, draft.lines(), draft.body)
        except Unreachable as error:
            self._screen.note(f"Error: {error}", "red")
            return NO_RESPONSE
        if self._each:
            took = time.monotonic() - start
            self._screen.print_line(_format_response(response, took, self._headers))
        return str(response.status)


def _pause(seconds: float) -> None:
    if seconds > 0:
        time.sleep(min(seconds, options.MAX_SECONDS))


def _line(text: str) -> tuple[str, str]:
    """Parse a header line. Characters outside ASCII are sent as UTF-8."""
    name, colon, value = text.partition(":")
    if not colon:
        raise Invalid(f"A header must have the form 'Name: value': {text!r}.")
    return name, value.strip(" \t").encode("utf-8", "surrogateescape").decode("latin-1")


def _checked_secret(secret: str) -> str:
    """Return the secret if it is valid UTF-8."""
    try:
        secret.encode()
    except UnicodeEncodeError:
        raise click.BadParameter("it is not UTF-8.") from None
    return secret


def _content(data: str | None) -> bytes:
    """Return the bytes of `TEXT`, `@FILE` or `@-`."""
    if data is None or not data.startswith("@"):
        return (data or "").encode("utf-8", "surrogateescape")
    if data == "@-":
        return sys.stdin.buffer.read()
    try:
        return Path(data[1:]).read_bytes()
    except OSError as error:
        raise Invalid(f"Cannot read {data[1:]}: {error.strerror}.") from error


def _format_response(response: HttpResponse, seconds: float, verbose: bool) -> Group:
    line = Text().append(str(response.status), f"bold {status_color(response.status)}")
    viewers = {name.lower(): value for name, value in response.headers}.get("webhook-viewers")
    if viewers is not None:
        line.append(f"  Webhook-Viewers: {plain(viewers)}")
    line.append(f"  {duration(seconds)}", "dim")
    headers = map(header, response.headers if verbose else ())
    body = Body(response.body, len(response.body))
    return Group(line, *headers, *format_body(body, response.headers, whole=verbose))
