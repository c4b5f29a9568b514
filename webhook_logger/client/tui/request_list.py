"""The list of requests. New ones never move the selection or what is visible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from webhook_logger.client.tui.history import RequestRow, Row
from webhook_logger.client.tui.view_rows import format_row

_MARK = "▌"


class RequestList(ScrollView, can_focus=True):
    """The rows, of which one is selected.

    The newest request becomes the selected one only while the last one is selected and visible.
    Notes after it do not take the selection from it, because the keys are for requests.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False),
        Binding("k,up", "move(-1)", "Up", show=False),
        Binding("g,home", "first", "First", show=False),
        Binding("G,end", "last", "Last", show=False),
        Binding("space,pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
    ]

    class Selected(Message):
        """Another row is selected, or none."""

    def __init__(self, empty: Callable[[], Sequence[Text]]) -> None:
        """`empty` returns the lines to show below the notes while there is no request."""
        super().__init__(id="requests")
        self._empty = empty
        self._rows: Sequence[Row] = ()
        self._newest = 0
        self._has_requests = False
        self._at = -1

    @property
    def selected(self) -> Row | None:
        """The selected row."""
        return self._rows[self._at] if 0 <= self._at < len(self._rows) else None

    @property
    def newer(self) -> int:
        """The number of rows after the selected one, up to the last request."""
        return max(0, _last(self._rows) - self._at)

    def set_rows(self, rows: Sequence[Row], newest: int, *, follow: bool) -> None:
        """Show these rows. With `follow`, a new last request is selected if the last one was.

        `newest` is the number of the newest row, which a filter may hide.
        """
        selected, top = self.selected, self._top()
        is_new = bool(rows) and rows[-1].number > self._newest
        has_requests = any(isinstance(row, RequestRow) for row in rows)
        is_first = has_requests and not self._has_requests  # or the filter showed none
        follows = ((follow and is_new) or is_first) and self._is_at_end()
        self._newest = newest
        self._rows = rows
        self._has_requests = has_requests
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))
        self._at = _last(rows) if follows or selected is None else _find(rows, selected.number)
        if follows or selected is None:
            end = min(self._at, len(rows) - self._height)  # the selected row stays visible
            self.scroll_to(y=max(0, end), animate=False, force=True)
        elif top is not None:
            self.scroll_to(y=_find(rows, top.number), animate=False, force=True)
        self.refresh()
        if self.selected is not selected:
            self.post_message(self.Selected())

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        at, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if at < len(self._rows):
            is_selected = at == self._at
            line = Text.styled(_MARK if is_selected else " ", "bold cyan")
            line.append_text(format_row(self._rows[at], width - 1))
            if is_selected and self.has_focus:
                line = Text.styled(line.plain, "reverse")
        else:
            line = self._line_below(at - len(self._rows))
        strip = Strip(line.render(self.app.console)).adjust_cell_length(width, self.rich_style)
        return strip.apply_style(self.rich_style)

    def _line_below(self, at: int) -> Text:
        lines = () if self._has_requests else self._empty()
        return Text(" ").append_text(lines[at]) if at < len(lines) else Text()

    def action_move(self, by: int) -> None:
        self._select(self._at + by)

    def action_page(self, direction: int) -> None:
        self._select(self._at + direction * max(1, self._height - 1))

    def action_first(self) -> None:
        self._select(0)

    def action_last(self) -> None:
        self._select(len(self._rows) - 1)

    def on_click(self, event: Click) -> None:
        """Select the row that was clicked."""
        at = event.y + self.scroll_offset.y
        if at < len(self._rows):
            self._select(at)

    def on_resize(self, _: Resize) -> None:
        """Keep the selected row visible."""
        self._show_selected()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    def _top(self) -> Row | None:
        at = self.scroll_offset.y
        return self._rows[at] if at < len(self._rows) else None

    def _is_at_end(self) -> bool:
        return not self.newer and self._at < self.scroll_offset.y + max(1, self._height)

    def _select(self, at: int) -> None:
        at = max(0, min(at, len(self._rows) - 1))
        if self._rows and at != self._at:
            self._at = at
            self._show_selected()
            self.refresh()
            self.post_message(self.Selected())

    def _show_selected(self) -> None:
        top = self.scroll_offset.y
        if self._at < top:
            self.scroll_to(y=max(0, self._at), animate=False, force=True)
        elif self._height and self._at >= top + self._height:
            self.scroll_to(y=self._at - self._height + 1, animate=False, force=True)


def _last(rows: Sequence[Row]) -> int:
    """Return the place of the last request, or of the last row if there is no request."""
    places = range(len(rows) - 1, -1, -1)
    return next((at for at in places if isinstance(rows[at], RequestRow)), len(rows) - 1)


def _find(rows: Sequence[Row], number: int) -> int:
    """Return the place of the row with this number, or of the next one if it is no longer there."""
    for at, row in enumerate(rows):
        if row.number >= number:
            return at
    return len(rows) - 1
