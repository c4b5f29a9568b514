"""The keys for the selected request: replay, edit, copy, open and verify."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from rich.text import Text
from textual.screen import ModalScreen

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.display import Check
from webhook_logger.client.errors import ClientError, Invalid
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.tui.detail import format_outcome
from webhook_logger.client.tui.dialogs import Ask, ShowText
from webhook_logger.client.tui.draft import EditedText, draft_of
from webhook_logger.client.tui.edit import Edit
from webhook_logger.client.tui.history import RequestRow, SeenOutcome
from webhook_logger.client.tui.view import Actions, View
from webhook_logger.plain import plain
from webhook_logger.providers import ProviderError

MAX_JOBS = 8
"""Maximum jobs, such as replays, that wait at the same time."""
MAX_DRAFTS = 20
"""Maximum requests whose edited text is kept."""
MAX_CLIPBOARD = 74_994
"""Maximum bytes that every terminal with OSC 52 puts into the clipboard."""

Result = TypeVar("Result")


class Jobs:
    """Runs work in threads, and the function that uses its result in the thread of the app."""

    def __init__(self) -> None:
        self._done: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._running = 0

    def start(
        self,
        work: Callable[[], Result],
        then: Callable[[Result], None],
        fail: Callable[[str], None],
    ) -> None:
        """Run `work` in a thread, and pass its result to `then`, or its error to `fail`."""
        if self._running >= MAX_JOBS:
            fail(f"{MAX_JOBS} earlier ones are still waiting. Try again later.")
            return
        self._running += 1
        threading.Thread(target=self._run, args=(work, then, fail), daemon=True).start()

    def call(self, function: Callable[[], None]) -> None:
        """Call a function in the thread of the app. Any thread and signal handler can use it."""
        self._done.put(function)

    def finish(self) -> None:
        """Use the results. Called by the app, several times a second."""
        while True:
            try:
                function = self._done.get_nowait()
            except Empty:
                return
            function()

    def _run(
        self, work: Callable[[], Any], then: Callable[[Any], None], fail: Callable[[str], None]
    ) -> None:
        try:
            result = work()
        except (ClientError, ProviderError) as error:
            message = str(error)
            self.call(lambda: self._end(fail, message))
        else:
            self.call(lambda: self._end(then, result))

    def _end(self, function: Callable[[Any], None], value: object) -> None:
        self._running -= 1
        function(value)


class Tasks:
    """Does what the keys say with one request."""

    def __init__(
        self,
        view: View,
        actions: Actions,
        jobs: Jobs,
        *,
        say: Callable[[str, str], None],
        push: Callable[[ModalScreen[Any], Callable[[Any], None] | None], object],
        copy: Callable[[str], None],
    ) -> None:
        """`say` shows a short message with a colour, `push` opens a dialog, and `copy` puts a text
        into the clipboard.
        """
        self._view, self._actions, self._jobs = view, actions, jobs
        self._say, self._push, self._copy = say, push, copy
        self._drafts: dict[int, EditedText] = {}
        """The edited text of the latest edited rows, by their numbers."""

    def replay(self, row: RequestRow) -> None:
        """Send a request again."""
        if not row.request.body.complete:
            self._fail("Not sent: its body was over the server's limit and was not kept.")
            return
        self._with_target(row, lambda: self._send(row, row.request, "sent again", self._say_sent))

    def edit(self, row: RequestRow) -> None:
        """Open the form for a request."""
        self._with_target(row, lambda: self._open_form(row))

    def copy(self, row: RequestRow) -> None:
        """Copy a request as a curl command, or show the command if it is too long for that."""
        command = self._actions.curl(row.request)
        size = len(command.encode())
        if size > MAX_CLIPBOARD:
            self.show_curl(row)
            return
        self._copy(command)
        self._say(f"Copied a curl command of {size:,} bytes. C shows it.", "green")

    def show_curl(self, row: RequestRow) -> None:
        """Show a request as a curl command."""
        self._push(ShowText("The request as a curl command", self._actions.curl(row.request)), None)

    def open_page(self) -> None:
        """Open the page of the callback in the browser, or show its link."""
        known = self._view.known
        if not known:
            self._fail("The page is not known yet: not connected.")
            return
        link = known.view_url
        self._say("Opening the page …", "")
        self._jobs.start(
            lambda: self._actions.open(link), lambda yes: self._opened(yes, link), self._fail
        )

    def check(self, row: RequestRow) -> None:
        """Verify the signature of a request; ask for the secret if it is not known."""
        self._check(row, lambda: self.ask_secret(row))

    def ask_secret(self, row: RequestRow) -> None:
        """Ask for the secret of the provider of a request, and verify the request with it."""

        signer = self._actions.signer(row.request)

        def answer(secret: str) -> str:
            try:
                self._actions.set_secret(row.request, secret)
            except (ClientError, ProviderError) as error:
                return str(error)
            self._check(row, lambda: self._fail(f"Requests of {signer} have no signature."))
            return ""

        hint = "It stays in the memory of this command. @FILE reads it from a file."
        self._push(Ask(f"The secret of {signer}", hint, answer, hidden=True), None)

    def _with_target(self, row: RequestRow, then: Callable[[], None]) -> None:
        """Ask for a URL if there is no target, and then call `then`."""
        if self._actions.targets(row.request):
            then()
            return

        def answer(url: str) -> str:
            try:
                self._actions.add_target(url)
            except Invalid as error:
                return str(error)
            self._view.targets = (*self._view.targets, f"{url} (only r and e)")
            self._jobs.call(then)
            return ""

        hint = "Such as 3000 or http://localhost:3000/hooks. It is used until this command ends."
        self._push(Ask("Send requests again to which URL?", hint, answer), None)

    def _send(
        self,
        row: RequestRow,
        request: CapturedRequest,
        more: str,
        then: Callable[[Sequence[Text]], None],
    ) -> None:
        def sent(outcomes: Sequence[ForwardOutcome]) -> None:
            seen = [SeenOutcome.of(each, more) for each in outcomes]
            for each in seen:
                self._view.history.add_outcome(row.request, each)
            then(list(map(format_outcome, seen)))

        def failed(error: str) -> None:
            then([Text.styled(plain(error), "red")])

        self._jobs.start(lambda: self._actions.replay(request), sent, failed)

    def _say_sent(self, lines: Sequence[Text]) -> None:
        self._say(Text("\n").join(lines).plain, "")

    def _open_form(self, row: RequestRow) -> None:
        draft = self._drafts.pop(row.number, None) or draft_of(row.request)

        def send(request: CapturedRequest, show: Callable[[Sequence[Text]], None]) -> None:
            self._send(row, request, "edited", show)

        def keep(draft: EditedText | None) -> None:
            if draft:
                self._drafts[row.number] = draft
            while len(self._drafts) > MAX_DRAFTS:
                del self._drafts[next(iter(self._drafts))]

        targets = self._actions.targets(row.request)
        self._push(Edit(row.request, draft, targets, send), keep)

    def _opened(self, is_open: bool, link: str) -> None:
        if is_open:
            self._say("The page is open in the browser.", "green")
        else:
            self._push(ShowText("No browser could be opened. The link of the page:", link), None)

    def _check(self, row: RequestRow, if_none: Callable[[], None]) -> None:
        def checked(check: Check | None) -> None:
            if check is None:
                if_none()
                return
            self._view.history.set_check(row, check)
            color = {"✓": "green", "✗": "red"}.get(check.symbol, "yellow")
            self._say(f"{check.symbol} {check.text}", color)

        self._jobs.start(lambda: self._actions.check(row.request), checked, self._fail)

    def _fail(self, error: str) -> None:
        self._say(error, "red")
