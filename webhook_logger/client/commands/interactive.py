"""Show the interactive view of `listen` if Textual is installed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from webhook_logger import extras
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.listen_run import Run
from webhook_logger.client.commands.screen import Screen

# Commands without a terminal need not wait for the import of the view and of Textual.
if TYPE_CHECKING:
    from webhook_logger.client.commands.forwarding import Forwarding
    from webhook_logger.client.commands.verifier import Verifier
    from webhook_logger.client.inbox import Inbox
    from webhook_logger.client.tui.view import View

_HINT = (
    f"For the interactive view, install it with {extras.command('tui')}. --plain hides this hint."
)


def new_view(screen: Screen, targets: Sequence[str]) -> View | None:
    """Return a view to show requests in, or None, with a hint, if Textual is not installed.

    `targets`: the URLs to which requests are forwarded.
    """
    if find_spec("textual") is None:
        screen.note(_HINT, "dim")
        return None
    from webhook_logger.client.tui.view import View  # noqa: PLC0415

    return View(targets)


def run_in_view(
    run: Run, view: View, screen: Screen, inbox: Inbox, forwarding: Forwarding, verifier: Verifier
) -> Exit:
    """Show the view until the user quits it or the run ends. Return the exit code.

    Raises the error that ended the run, and `KeyboardInterrupt` at Ctrl-C.
    """
    from webhook_logger.client.commands.view_actions import ViewActions  # noqa: PLC0415
    from webhook_logger.client.commands.view_run import ViewRun  # noqa: PLC0415

    actions = ViewActions(inbox, forwarding, verifier, screen)
    return ViewRun(run, view, actions).run(screen)
