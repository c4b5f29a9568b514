"""`webhook-logger listen`: show, save and forward requests as they arrive."""

from __future__ import annotations

from contextlib import nullcontext

import click

from webhook_logger.client.archive.files import Archive
from webhook_logger.client.commands.examples import CommandWithExamples
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.forwarding import Forwarding, forwarding_options
from webhook_logger.client.commands.interactive import new_view, run_in_view
from webhook_logger.client.commands.listen_options import (
    End,
    Output,
    Verification,
    end_options,
    output_options,
    verification_options,
)
from webhook_logger.client.commands.listen_run import Run
from webhook_logger.client.commands.listen_session import ListenSession, origin_of
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.server_options import ServerOptions, server_options
from webhook_logger.client.display import Display
from webhook_logger.client.filters import Filter
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.stream.claims import Role
from webhook_logger.client.stream.stream import MAX_MESSAGE_BYTES


@click.command(
    cls=CommandWithExamples,
    examples=(
        (
            "Watch the callback of this project, and print each request.",
            "webhook-logger listen",
        ),
        (
            "Forward each request to a server on your machine, and return its responses.",
            "webhook-logger listen --forward localhost:3000/hooks --respond",
        ),
        (
            "Forward requests to two servers, by the path after the callback.",
            "webhook-logger listen --forward /stripe=:3000 --forward /github=:4000",
        ),
        (
            "Watch a callback whose link somebody sent you.",
            'webhook-logger listen "$LINK"',
        ),
        (
            "In a script, save the next 10 requests to a new callback.",
            "webhook-logger listen --temporary --count 10 --save hooks.har",
        ),
        (
            "Verify the signatures of Stripe.",
            "WEBHOOK_SECRET_STRIPE=whsec_… webhook-logger listen",
        ),
    ),
)
@click.option(
    "--filter",
    "terms",
    default="",
    metavar="TERMS",
    help="Use only matching requests, such as 'method:put|post -body:ping'.",
)
@output_options
@end_options
@forwarding_options
@verification_options
@click.option(
    "--max-message",
    type=click.IntRange(1, 2048),
    default=MAX_MESSAGE_BYTES >> 20,
    show_default=True,
    metavar="MIB",
    help="Maximum size of a message from the server, in MiB.",
)
@server_options("-H", "--server-header")
@click.pass_context
def listen(
    ctx: click.Context,
    terms: str,
    output: Output,
    end: End,
    forwarding: Forwarding,
    verification: Verification,
    max_message: int,
    server: ServerOptions,
) -> None:
    """Show the requests of a callback as they arrive.

    URL is the link of a callback for people who may watch, with #key=…, or the URL of a server. On
    a server, `listen` uses the private callback of your project; --new makes another, and
    --temporary one for this command. Without URL, it uses the server that you configured:
    `webhook-logger config` shows it.

    Other users of this machine can read the arguments of a command. So set links and secrets in
    the environment: WEBHOOK_LOGGER_URL is the link, WEBHOOK_SECRET_GITHUB the secret of one
    provider, and WEBHOOK_SECRET that of all others.
    """
    wanted = Filter(terms)
    screen = output.screen()
    view = new_view(screen, forwarding.urls) if output.is_interactive else None
    forwarding.check(ctx, wanted, has_view=view is not None)
    display: Display = view or screen
    verifier = verification.verifier(is_interactive=view is not None)
    role: Role = forwarding.respond or (
        "handshakes" if verifier and verifier.has_secrets else False
    )
    address = server.callback(display).address
    inbox = Inbox(
        address.view_url,
        respond=role,
        timeout=None,
        max_message_bytes=max_message << 20,
        headers=dict(address.headers),
    )
    relay = forwarding.relay(inbox, display)
    display.totals.archive = output.save
    with Archive(output.save, origin_of(inbox)) if output.save else nullcontext() as archive:
        for problem in verifier.problems() if verifier else ():
            display.note(problem, "yellow")
        session = ListenSession(inbox, display, wanted, archive, relay, verifier)
        run = Run(session, relay, end, forwarding.seconds)
        with inbox:
            if view and verifier:
                code = run_in_view(run, view, screen, inbox, forwarding, verifier)
            else:
                code = _print(run, screen)
    ctx.exit(code)


def _print(run: Run, screen: Screen) -> Exit:
    """Print lines until the end of a run, and then its summary."""
    try:
        run.run()
    except KeyboardInterrupt:
        run.leave()
        screen.summary(screen.totals)
        raise
    screen.summary(screen.totals)
    return run.exit
