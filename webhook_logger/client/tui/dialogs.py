"""The dialogs of the view: a question, a text to copy, and the help."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from webhook_logger.client.tui.lines import Note
from webhook_logger.plain import plain

_CLOSE = Binding("escape", "close", "Close")


class Ask(ModalScreen[None]):
    """Asks for one line of text. An invalid one stays, with the reason below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _CLOSE,
    ]

    def __init__(
        self,
        title: str,
        hint: str,
        answer: Callable[[str], str],
        *,
        hidden: bool = False,
    ) -> None:
        """`answer` gets the text, and returns why it is not valid, or nothing. `hidden`: show dots
        instead of the text.
        """
        super().__init__()
        self._title, self._hint = title, hint
        self._answer = answer
        self._hidden = hidden

    def compose(self) -> ComposeResult:
        """Return the widgets."""
        with Vertical(classes="dialog"):
            yield Note(Text.styled(self._title, "bold"))
            yield Note(Text.styled(self._hint, "dim"))
            yield Input(password=self._hidden)
            yield Note(id_="error")
            yield Note(Text.styled("Enter: OK   Esc: cancel", "dim"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close the dialog if the text is valid."""
        error = self._answer(event.value.strip()) if event.value.strip() else "Enter a text."
        if error:
            self.query_one("#error", Note).update(Text.styled(plain(error), "red"))
        else:
            self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)


class ShowText(ModalScreen[None]):
    """Shows a text from which a person can copy: without a border, and as wide as the terminal."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE, Binding("q", "close", "Close", show=False)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """Return the widgets."""
        with Vertical(classes="dialog tall"):
            yield Note(Text.styled(self._title, "bold"))
            yield TextArea(plain(self._text, "\n"), read_only=True, soft_wrap=True)
            hint = "Select with the mouse (with Shift in many terminals).   Esc: close"
            yield Note(Text.styled(hint, "dim"))

    def action_close(self) -> None:
        self.dismiss(None)


KEYS = (
    # `make fix` writes the table of docs/keys.md from these.
    ("↑ ↓ j k", "select a request, or scroll the details"),
    ("g G Home End", "the first and the last one; while the last is selected, new ones follow"),
    ("PgUp PgDn Space", "a page up or down"),
    ("Tab Enter", "go to the details; Tab or Esc goes back"),
    ("/", "filter the list, in the language of --filter; Esc clears the filter"),
    ("r", "replay: send the request again to the target of --forward"),
    ("e", "edit the request, and send it"),
    ("c C", "copy as a curl command; C shows it"),
    ("o", "open the page in the browser"),
    ("s S", "verify the signature; S asks for another secret"),
    ("b", "show more of a large body"),
    ("?", "list the keys"),
    ("q", "quit, with a summary; Ctrl-C too, with the exit code 130"),
)


class Help(ModalScreen[None]):
    """Lists the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _CLOSE,
        Binding("q,question_mark,enter", "close", "Close", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Return the widgets."""
        with Vertical(classes="dialog keys"):
            yield Note(Text.styled("Keys", "bold"))
            for keys, meaning in KEYS:
                with Horizontal():
                    yield Note(Text.styled(keys, "bold cyan"))
                    yield Note(Text(meaning))
            yield Note(Text.styled("Esc: close", "dim"))

    def action_close(self) -> None:
        self.dismiss(None)
