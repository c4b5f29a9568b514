"""The interactive view of `listen`: the list of requests, the details of one, and the keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from enum import Enum
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import Footer, Input

from webhook_logger.client.filter_parser import FilterError
from webhook_logger.client.filters import Filter
from webhook_logger.client.tui.detail import format_detail
from webhook_logger.client.tui.dialogs import Help
from webhook_logger.client.tui.history import RequestRow, Row
from webhook_logger.client.tui.lines import Lines, Note
from webhook_logger.client.tui.request_list import RequestList
from webhook_logger.client.tui.status import shortened, status_line, url_line, waiting
from webhook_logger.client.tui.tasks import Jobs, Tasks
from webhook_logger.client.tui.theme import CSS, THEME
from webhook_logger.client.tui.view import Actions, View
from webhook_logger.plain import plain

_FRAMES_PER_SECOND = 20
_MAX_MESSAGE = 300
_FILTER_HINT = Text.styled("Enter: keep the filter   Esc: clear it", "dim")
_SEVERITIES = {"red": "error", "yellow": "warning"}


def _key(key: str, action: str, name: str = "", shown: str | None = None) -> Binding:
    """Return a key that acts before the app gets the next one, which may belong to a dialog."""
    return Binding(key, action, name, show=bool(name), key_display=shown, priority=True)


class ViewEnd(Enum):
    """Why the view ended."""

    QUIT = "q"
    INTERRUPT = "Ctrl-C"
    DONE = "the session ended"
    SIGNAL = "SIGTERM"
    CRASH = "a bug"


class ListenApp(App[ViewEnd]):
    """Draws a `View`, and does what the keys say."""

    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012  # Textual's type
    CSS = CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("slash", "filter", "Filter", "/"),
        _key("r", "with_row('replay')", "Replay"),
        _key("e", "with_row('edit')", "Edit"),
        _key("c", "with_row('copy')", "curl"),
        _key("o", "open_page", "Page"),
        _key("s", "with_row('check')", "Signature"),
        _key("question_mark", "help", "Help", "?"),
        _key("q", "finish", "Quit"),
        _key("C", "with_row('show_curl')"),
        _key("S", "with_row('ask_secret')"),
        _key("b", "whole_body"),
        _key("tab,shift+tab", "switch"),
        _key("enter", "details"),
        Binding("escape", "leave", show=False),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False),
    ]

    def __init__(self, view: View, actions: Actions, work: Callable[[], None]) -> None:
        """`work` runs in its own thread while the view is open; its end closes the view."""
        super().__init__(ansi_color=True)  # also chooses how NO_COLOR is respected
        self.register_theme(THEME)
        self.theme = THEME.name
        self.jobs = Jobs()
        self._view = view
        self._work = work
        self._tasks = Tasks(
            *(view, actions, self.jobs),
            say=self._say,
            push=self.push_screen,
            copy=self.copy_to_clipboard,
        )
        self._status, self._url = Note(id_="status"), Note(id_="url")
        self._list = RequestList(lambda: waiting(view, self._filter_text))
        self._detail = Lines("detail")
        self._filter_box = Vertical(id="filter")
        self._filter = Input(
            placeholder="method:post path:/orders -body:ping", select_on_focus=False
        )
        self._filter_note = Note(_FILTER_HINT)
        self._drawn = -1
        self._shown: tuple[object, ...] = ()
        self._whole: Row | None = None
        """The row whose whole body is shown."""
        self._filter_text = ""
        self._new_filters: list[Filter | None] = []
        """Filters that are not applied yet; only the last one matters."""
        self._is_sifting = False
        self._is_filter_valid = True

    def compose(self) -> ComposeResult:
        """Return the widgets."""
        yield self._status
        yield self._url
        with Container(id="main"):
            yield self._list
            yield self._detail
        with self._filter_box:
            yield self._filter
            yield self._filter_note
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Start the session, and draw several times a second."""
        self._filter_box.display = False
        self._list.focus()
        self.set_interval(1 / _FRAMES_PER_SECOND, self._draw)
        threading.Thread(target=self._run_work, name="listen", daemon=True).start()

    def end(self, why: ViewEnd) -> None:
        """Close the view. Any thread and any signal handler can call it."""
        self.jobs.call(lambda: self.exit(why))

    def _run_work(self) -> None:
        self._work()
        self.end(ViewEnd.DONE)

    # Drawing

    def _draw(self) -> None:
        """Show what has changed."""
        self.jobs.finish()
        if not self._list.is_attached:  # the view has just ended
            return
        self._sift()
        version = self._view.history.version
        if version != self._drawn:
            self._drawn = version
            # A person who reads the details does not want others instead.
            follow = not self._detail.has_focus and len(self.screen_stack) == 1
            history = self._view.history
            self._list.set_rows(history.rows(), history.newest, follow=follow)
            if self._shown != self._detail_key():
                self._show_detail(keep_scroll=True)
        newer = self._list.newer
        line = status_line(self._view, filter_text=self._filter_text, newer=newer)
        self._status.update(shortened(line, self._status.content_size.width))
        self._url.update(url_line(self._view, self._url.content_size.width))

    def _detail_key(self) -> tuple[object, ...]:
        """Return what the details depend on."""
        row = self._list.selected
        if isinstance(row, RequestRow):
            return row, row.check, row.outcomes, row.responded, row is self._whole
        return (row,)

    def _show_detail(self, *, keep_scroll: bool) -> None:
        row, key = self._list.selected, self._detail_key()
        self._shown = key
        if row is None or row is not self._whole:
            self._detail.show(format_detail(row, whole=False), keep_scroll=keep_scroll)
            return

        def show(lines: Sequence[Text]) -> None:
            if key == self._shown:
                self._detail.show(lines, keep_scroll=keep_scroll)

        # In a thread, because some bodies take seconds.
        self.jobs.start(lambda: format_detail(row, whole=True), show, self._say_error)

    def on_request_list_selected(self) -> None:
        """Show the details of the selected row."""
        self._whole = None
        self._show_detail(keep_scroll=False)

    def _say(self, message: str, color: str) -> None:
        severity = _SEVERITIES.get(color, "information")
        self.notify(plain(message[:_MAX_MESSAGE], "\n"), severity=severity, markup=False)  # type: ignore[arg-type]

    def _say_error(self, message: str) -> None:
        self._say(message, "red")

    # The filter

    def action_filter(self) -> None:
        """Open the filter."""
        self._filter_box.display = True
        # At once, because the next key belongs to the filter.
        self.screen.set_focus(self._filter)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Apply the filter, or show why it is not valid."""
        if event.input is not self._filter:
            return
        text, error = event.value.strip(), ""
        try:
            wanted = Filter(text) if text else None
        except FilterError as wrong:
            error = plain(str(wrong))
        else:
            self._filter_text = plain(text)
            self._new_filters.append(wanted)
        self._filter_note.update(Text.styled(error, "red") if error else _FILTER_HINT)
        self._is_filter_valid = not error

    def _sift(self) -> None:
        """Apply the latest filter, in a thread, after the one that is being applied."""
        if self._new_filters and not self._is_sifting:
            self._is_sifting = True
            wanted = self._new_filters.pop()
            self._new_filters.clear()
            self.jobs.start(
                lambda: self._view.history.set_filter(wanted), self._sifted, self._say_error
            )

    def _sifted(self, _: None) -> None:
        self._is_sifting = False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go back to the list; a valid filter stays, and an invalid one can be corrected."""
        if event.input is self._filter and self._is_filter_valid:
            self._filter_box.display = bool(event.value.strip())
            self._list.focus()

    def action_leave(self) -> None:
        """Leave the details, or clear the filter."""
        if not self._detail.has_focus:
            self._filter.value = ""
            self._is_filter_valid = True
            self._filter_box.display = False
        self._list.focus()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys of dialogs and of the filter to them."""
        if action in ("interrupt", "suspend_process"):
            return True
        is_typing = isinstance(self.focused, Input)
        return len(self.screen_stack) == 1 and (not is_typing or action == "leave")

    def action_with_row(self, task: str) -> None:
        """Do something with the selected request."""
        row = self._list.selected
        if isinstance(row, RequestRow):
            getattr(self._tasks, task)(row)
        else:
            self._say("Select a request first.", "yellow")

    def action_open_page(self) -> None:
        self._tasks.open_page()

    def action_whole_body(self) -> None:
        """Show more of the body, or only its beginning again."""
        row = self._list.selected
        self._whole = None if row is self._whole else row
        self._show_detail(keep_scroll=True)

    def action_details(self) -> None:
        self._detail.focus()

    def action_switch(self) -> None:
        (self._list if self._detail.has_focus else self._detail).focus()

    def action_help(self) -> None:
        self.push_screen(Help())

    def action_finish(self) -> None:
        self.exit(ViewEnd.QUIT)

    async def action_interrupt(self) -> None:
        """End, or close the dialog."""
        if len(self.screen_stack) > 1:
            await self.screen.run_action("close")
        else:
            self.exit(ViewEnd.INTERRUPT)
