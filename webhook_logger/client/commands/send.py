"""`webhook-logger send`: send test requests, signed if needed."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, replace

import click
from click.shell_completion import CompletionItem
from rich.console import Group
from rich.text import Text

from webhook_logger.captured import Body
from webhook_logger.client.address import Address, absolute
from webhook_logger.client.api import Api
from webhook_logger.client.commands import options
from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.progress import progress
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.secrets import Secrets, variable
from webhook_logger.client.commands.server_options import ServerOptions, server_options
from webhook_logger.client.commands.tally import NO_RESPONSE, Tally
from webhook_logger.client.commands.target_options import TargetTls, tls_options
from webhook_logger.client.errors import Invalid, Rejected, TooLarge, Unreachable
from webhook_logger.client.http import Http, HttpResponse
from webhook_logger.client.show import duration, format_body, header, status_color
from webhook_logger.headers import HeaderLines
from webhook_logger.plain import plain
from webhook_logger.providers import OutgoingRequest, Provider

_ADVICE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """A request before it is signed."""

    method: str | None
    url: str
    headers: HeaderLines
    body: bytes | None
    provider: Provider | None
    event: str | None
    is_sample: bool
    """Whether to send the provider's sample, with this method, these headers and this body if they
    are given.
    """
    secret: str
    options: dict[str, str]
    """Options of the signature."""

    def request(self) -> OutgoingRequest:
        """Return the request to send now, with its signature."""
        given = OutgoingRequest(url=self.url)
        if self.provider and self.is_sample:
            given = self.provider.sample(self.event, self.url)
        body = given.body if self.body is None else self.body
        headers = _merged(given.headers, self.headers)
        outgoing = replace(given, method=self.method or given.method, headers=headers, body=body)
        if not self.provider or not self.secret:
            return outgoing
        signed = self.provider.sign(outgoing, self.secret, **self.options)
        return replace(outgoing, headers=signed.headers, body=signed.body)


def _merged(lines: HeaderLines, others: HeaderLines) -> HeaderLines:
    """Return the lines, with all lines of a name replaced by the others of this name."""
    names = {name.lower() for name, _ in others}
    return (*(line for line in lines if line[0].lower() not in names), *others)


def _complete_event(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the events of the provider's samples that begin with this text."""
    sampled = ctx.params.get("sampled")
    samples = sampled.entry["samples"] if isinstance(sampled, Provider) else ()
    events = dict.fromkeys(str(each["event"]) for each in samples)
    return [CompletionItem(each) for each in events if each.startswith(incomplete)]


@click.command(
    cls=CommandWithExamples,
    examples=(
        (
            "Send JSON to the callback of this project.",
            'webhook-logger send --json \'{"type": "ping"}\'',
        ),
        (
            "Send a sample of GitHub, signed with your secret.",
            "WEBHOOK_SECRET=… webhook-logger send --provider github --event push",
        ),
        (
            "Send a file to your own server, signed as Stripe does.",
            "WEBHOOK_SECRET=… webhook-logger send :3000 --json @event.json --sign stripe",
        ),
        (
            "Send 100 requests, 5 per second.",
            "webhook-logger send --times 100 --rate 5",
        ),
    ),
)
@click.option("-X", "--method", show_default="POST", metavar="METHOD", help="The HTTP method.")
@options.headers
@options.data
@options.json_data
@click.option(
    "--sign",
    "signer",
    metavar="PROVIDER",
    type=options.PROVIDER,
    help="Sign the request like this provider, or `generic`: HMAC-SHA256 in X-Signature.",
)
@click.option(
    "--provider",
    "sampled",
    metavar="PROVIDER",
    type=options.PROVIDER,
    help="Send the provider's sample; with a secret, signed.",
)
@click.option(
    "--event",
    metavar="NAME",
    shell_complete=_complete_event,
    help="The event of the sample; the first by default.",
)
@click.option(
    "--secret",
    "text",
    metavar="[PROVIDER=]SECRET",
    help="The secret for the signature.",
)
@options.signature_options
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
@tls_options
@click.option("-v", "--verbose", is_flag=True, help="Also show the header lines of the response.")
@server_options("--server-header", new=False)
@click.pass_context
def send(
    ctx: click.Context,
    method: str,
    lines: tuple[str, ...],
    data: str | None,
    json_data: str | None,
    signer: Provider | None,
    sampled: Provider | None,
    event: str | None,
    text: str | None,
    signature_options: dict[str, str],
    times: int,
    rate: float | None,
    timeout: float,
    tls: TargetTls,
    verbose: bool,
    server: ServerOptions,
) -> None:
    """Send a test request to URL, or to this project's callback.

    Set the secret in the environment, as WEBHOOK_SECRET_GITHUB for one provider or WEBHOOK_SECRET
    for any. Other users of this machine can read the options of a command.
    """
    if signer and sampled:
        raise click.UsageError("Use either --sign or --provider, not both.")
    provider = signer or sampled
    secret = Secrets.read(() if text is None else [text]).of(provider) if provider else None
    if signer and not secret:
        raise click.UsageError(f"--sign requires a secret. Set it as {variable(signer)}.")
    _check_options(provider, signature_options)
    if event and not sampled:
        raise click.UsageError("--event requires --provider.")
    headers, body = options.headers_and_body(lines, data, json_data)
    screen = Screen()
    draft = RequestDraft(
        method,
        _url_to_send_to(server, screen, timeout),
        headers,
        body,
        provider,
        event,
        sampled is not None,
        secret or "",
        signature_options,
    )
    if sampled and sampled.signatures and not secret:
        screen.note(f"Not signed: set the secret as {variable(sampled)}.", "yellow")
    sender = Sender(draft, screen, verbose or times == 1, verbose)
    with Http(timeout=timeout, tls=tls.context(screen)) as http:
        ctx.exit(sender.send(http, times, rate))


class Sender:
    """Sends a draft one or more times, and prints the responses."""

    def __init__(self, draft: RequestDraft, screen: Screen, each: bool, headers: bool) -> None:
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
        request, start = self._draft.request(), time.monotonic()
        try:
            response = http.send(request.method, request.url, request.headers, request.body)
        except Unreachable as error:
            self._screen.note(f"Error: {error}", "red")
            return NO_RESPONSE
        if self._each:
            took = time.monotonic() - start
            self._screen.print_line(_format_response(response, took, self._headers))
        return str(response.status)


def _url_to_send_to(server: ServerOptions, screen: Screen, timeout: float) -> str:
    """Return the complete URL without its fragment, which can contain a view key.

    Raises `Invalid` for the link of a private callback's page, which accepts no requests.
    """
    url = server.url
    if url is None:
        found = server.url_for_senders(screen, timeout)
        screen.note(f"To {found}")
        return found
    if "/view/" in url and "#key=" in url:
        address = server.callback(screen).address
        raise Invalid(f"This is the link for people who may watch. {_advice(address)}")
    return absolute(url).partition("#")[0]


def _advice(address: Address) -> str:
    """Name the URL for senders. Ask the server, because callbacks can have a separate host."""
    with closing(Api(address, None, _ADVICE_SECONDS)) as api:
        try:
            api.get_reply()
        except (Rejected, TooLarge, Unreachable):
            return "Send to the URL for senders, which the page of the link shows."
        return f"Send to the URL: {api.callback_url}"


def _pause(seconds: float) -> None:
    if seconds > 0:
        time.sleep(min(seconds, options.MAX_SECONDS))


def _check_options(provider: Provider | None, signature_options: dict[str, str]) -> None:
    if provider:
        provider.check_options(signature_options)
    elif signature_options:
        raise click.UsageError("--option requires --sign or --provider.")


def _format_response(response: HttpResponse, seconds: float, verbose: bool) -> Group:
    line = Text().append(str(response.status), f"bold {status_color(response.status)}")
    viewers = {name.lower(): value for name, value in response.headers}.get("webhook-viewers")
    if viewers is not None:
        line.append(f"  Webhook-Viewers: {plain(viewers)}")
    line.append(f"  {duration(seconds)}", "dim")
    headers = map(header, response.headers if verbose else ())
    body = Body(response.body, len(response.body))
    return Group(line, *headers, *format_body(body, response.headers, whole=verbose))
