"""`webhook-logger listen`: show, save and forward requests as they arrive."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from webhook_logger.client.archive.files import Archive
from webhook_logger.client.commands import options
from webhook_logger.client.commands.certificates import Certificates
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.listen_session import ListenSession, origin_of
from webhook_logger.client.commands.relay import Relay
from webhook_logger.client.commands.responder import LATE_SECONDS, Responder
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.secrets import Secrets
from webhook_logger.client.commands.verifier import Verifier
from webhook_logger.client.filters import Filter
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.relay.forward import ForwardOptions
from webhook_logger.client.relay.target import Target
from webhook_logger.client.stream.claims import Role
from webhook_logger.client.stream.connection import MAX_MESSAGE_BYTES

DEFAULT_SERVER = "http://127.0.0.1:8000"
FORWARD_SECONDS = 30.0


@click.command()
@click.argument("url", envvar="WEBHOOK_LOGGER_URL", default=DEFAULT_SERVER)
@click.option(
    "--filter",
    "terms",
    default="",
    metavar="TERMS",
    help="Use only matching requests, such as 'method:put|post -body:ping'.",
)
@click.option("--json", "as_json", is_flag=True, help="Print each request as one line of JSON.")
@click.option("--body", is_flag=True, help="Show complete bodies.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Show header lines, complete bodies and trailers."
)
@click.option(
    "--save",
    type=click.Path(path_type=Path),
    metavar="FILE.har",
    help="Save the requests in an HTTP archive.",
)
@click.option("--count", type=click.IntRange(1), metavar="N", help="End after this many requests.")
@click.option(
    "--timeout", type=options.SECONDS, metavar="SECONDS", help="End after this many seconds."
)
@click.option(
    "--forward",
    "urls",
    multiple=True,
    metavar="URL",
    help="Forward each request to URL; repeatable.",
)
@click.option(
    "--respond", is_flag=True, help="Return the responses of the first target to the senders."
)
@click.option(
    "--on-failure",
    type=click.Choice(["error", "reply"]),
    default="error",
    show_default=True,
    help="With --respond, if the target fails: send 502 or 504, or the callback's reply.",
)
@click.option(
    "--forward-timeout",
    type=options.SECONDS,
    show_default=f"30; {LATE_SECONDS:g} with --respond",
    metavar="SECONDS",
    help="Maximum seconds for each response of a target.",
)
@click.option(
    "--keep-host",
    is_flag=True,
    help="Forward the sender's Host header instead of the target's host.",
)
@click.option(
    "--secret",
    "secrets",
    multiple=True,
    metavar="[PROVIDER=]SECRET",
    help="Verify signatures, and respond to handshakes that need this secret; repeatable.",
)
@options.signature_options
@click.option(
    "--fetch-certificates",
    is_flag=True,
    help="Fetch the certificates that requests of Amazon SNS and PayPal name.",
)
@options.retries
@click.option(
    "--concurrency",
    type=click.IntRange(1, 100),
    default=8,
    show_default=True,
    metavar="N",
    help="Maximum simultaneous requests to one target.",
)
@click.option(
    "--in-order", is_flag=True, help="Send one request at a time to each target, in order."
)
@options.allow_escape
@click.option(
    "--max-message",
    type=click.IntRange(1, 2048),
    default=MAX_MESSAGE_BYTES >> 20,
    show_default=True,
    metavar="MIB",
    help="Maximum size of a message from the server, in MiB.",
)
@options.server_header("-H", "--server-header")
@click.pass_context
def listen(
    ctx: click.Context,
    url: str,
    terms: str,
    as_json: bool,
    body: bool,
    verbose: bool,
    save: Path | None,
    count: int | None,
    timeout: float | None,
    urls: tuple[str, ...],
    respond: bool,
    on_failure: str,
    forward_timeout: float | None,
    keep_host: bool,
    secrets: tuple[str, ...],
    signature_options: dict[str, str],
    fetch_certificates: bool,
    retries: int,
    concurrency: int,
    in_order: bool,
    allow_escape: bool,
    max_message: int,
    server_lines: tuple[str, ...],
) -> None:
    """Show the requests of a callback as they arrive.

    URL is the URL of a callback or of its page. A private callback needs the link for people who
    may watch, with #key=…; in WEBHOOK_LOGGER_URL, other users of this machine cannot read it. The
    URL of a server creates a new private callback. The default is http://127.0.0.1:8000.

    Set secrets in the environment: WEBHOOK_SECRET_GITHUB is the secret of one provider, and
    WEBHOOK_SECRET that of all others. Other users of this machine can read the options of a
    command.
    """
    if respond and not urls:
        raise click.UsageError("--respond requires --forward.")
    wanted = Filter(terms)
    if respond and wanted.needs_status:
        raise click.UsageError("--respond chooses the status, so --filter can't use status:.")
    target_seconds = forward_timeout or (LATE_SECONDS if respond else FORWARD_SECONDS)
    verifier = _verifier(secrets, signature_options, fetch_certificates)
    role: Role = respond or ("handshakes" if verifier and verifier.has_secrets else False)
    headers = options.server_headers(server_lines, url)
    size = max_message << 20
    inbox = Inbox(url, respond=role, timeout=None, max_message_bytes=size, headers=headers)
    screen = Screen(as_json=as_json, headers=verbose, body=body or verbose)
    targets = [Target.at(each, allow_escape=allow_escape) for each in urls]
    responder = (
        Responder(
            inbox, screen, late_seconds=target_seconds, reply_on_failure=on_failure == "reply"
        )
        if respond
        else None
    )
    forward_options = ForwardOptions(target_seconds, retries, concurrency, in_order)
    relay = (
        Relay(inbox, targets, forward_options, screen, responder, keep_host=keep_host)
        if targets
        else None
    )
    with Archive(save, origin_of(inbox)) if save else nullcontext() as archive:
        for problem in verifier.problems() if verifier else ():
            screen.note(problem, "yellow")
        session = ListenSession(inbox, screen, wanted, archive, relay, verifier)
        with inbox:
            _listen(session, relay, count, timeout, target_seconds)
    ctx.exit(_exit(session, relay, count))


def _verifier(
    texts: tuple[str, ...], signature_options: dict[str, str], fetch_certificates: bool
) -> Verifier | None:
    options.check_any_provider_has(signature_options)
    secrets = Secrets.read(texts)
    if not secrets and not fetch_certificates:
        return None
    return Verifier(secrets, signature_options, Certificates() if fetch_certificates else None)


def _listen(
    session: ListenSession,
    relay: Relay | None,
    count: int | None,
    timeout: float | None,
    forward_timeout: float,
) -> None:
    try:
        session.run(count, timeout)
        if relay:
            # After --timeout, pending requests get at most the time of one response.
            relay.finish(forward_timeout if timeout and session.count != count else None)
            relay.leave(())
        session.finish()
    except KeyboardInterrupt:
        if relay:
            relay.leave(session.unread())
        raise


def _exit(session: ListenSession, relay: Relay | None, count: int | None) -> Exit:
    if count is not None and session.count < count:
        return Exit.TOO_LATE
    return Exit.FAILED if relay and relay.failed else Exit.DONE
