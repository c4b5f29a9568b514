"""The form in which a request is edited and sent again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import Invalid
from webhook_logger.client.tui.draft import EditedText, body_note, edited
from webhook_logger.client.tui.lines import Note
from webhook_logger.plain import plain

Send = Callable[[CapturedRequest, Callable[[Sequence[Text]], None]], None]
"""Sends a request, and calls a function with lines about the outcome."""


class Edit(ModalScreen[EditedText]):
    """Edits a request. It stays open after sending; closing it returns the draft."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f5", "send", "Send", key_display="Ctrl-S"),
        Binding("escape", "close", "Close"),
    ]

    def __init__(
        self, request: CapturedRequest, draft: EditedText, targets: Sequence[str], send: Send
    ) -> None:
        super().__init__()
        self._request = request
        self._draft = draft
        self._targets = ", ".join(map(plain, targets))
        self._send = send

    def compose(self) -> ComposeResult:
        """Return the widgets."""
        note = body_note(self._request.body)
        with Vertical(classes="form"):
            yield Note(Text.styled("Edit and send to ", "bold").append(self._targets, "cyan"))
            with Horizontal(id="request-line"):
                yield Input(self._draft.method, id="method")
                yield Input(self._draft.target, id="target")
            yield Note(Text.styled("Header lines", "dim"))
            yield TextArea(self._draft.headers, id="headers", soft_wrap=True)
            yield Note(Text.styled("Body", "dim").append(f"  {note}" if note else "", "yellow"))
            yield TextArea(self._draft.body, id="body", soft_wrap=True)
            yield Note(id_="outcome")
            yield Note(
                Text.styled(
                    "Ctrl-S: send   Tab: next field   Esc: close, and keep the draft", "dim"
                )
            )

    def on_mount(self) -> None:
        """Begin in the body, which is edited most often."""
        self.query_one("#body").focus()

    def draft(self) -> EditedText:
        """Return what the form contains."""
        return EditedText(
            self.query_one("#method", Input).value,
            self.query_one("#target", Input).value,
            self.query_one("#headers", TextArea).text,
            self.query_one("#body", TextArea).text,
        )

    def action_send(self) -> None:
        """Send the request, or show what is wrong with it."""
        try:
            request = edited(self.draft(), self._request)
        except Invalid as error:
            self._show([Text.styled(plain(str(error)), "red")])
            return
        self._show([Text.styled("Sending …", "dim")])
        self._send(request, self._show)

    def action_close(self) -> None:
        self.dismiss(self.draft())

    def _show(self, lines: Sequence[Text]) -> None:
        if self.is_mounted:
            self.query_one("#outcome", Note).update(Text("\n").join(lines))
