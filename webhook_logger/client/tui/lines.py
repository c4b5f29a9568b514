"""A widget with lines of text that it folds to its width, and draws only where they are visible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

_MIN_WIDTH = 10
_CONSOLE = Console()


class Lines(ScrollView, can_focus=True):
    """Shows lines. Long ones are folded, so that nothing is outside the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Down", show=False),
        Binding("k,up", "scroll_up", "Up", show=False),
        Binding("g,home", "scroll_home", "Top", show=False),
        Binding("G,end", "scroll_end", "Bottom", show=False),
        Binding("space,pagedown", "page_down", "Page down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
    ]

    def __init__(self, id_: str) -> None:
        super().__init__(id=id_)
        self._lines: Sequence[Text] = ()
        self._folded: list[Text] = []

    def show(self, lines: Sequence[Text], *, keep_scroll: bool) -> None:
        """Show other lines, from the first one unless `keep_scroll`."""
        self._lines = lines
        self._fold()
        if not keep_scroll:
            self.scroll_home(animate=False)

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        at, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if at >= len(self._folded):
            return Strip.blank(width, self.rich_style)
        segments = self._folded[at].render(self.app.console)
        return (
            Strip(segments).adjust_cell_length(width, self.rich_style).apply_style(self.rich_style)
        )

    def on_resize(self, _: Resize) -> None:
        """Fold the lines to the new width."""
        self._fold()

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)

    def action_scroll_down(self) -> None:
        self.scroll_relative(y=1, animate=False)

    def action_scroll_up(self) -> None:
        self.scroll_relative(y=-1, animate=False)

    def action_scroll_home(self) -> None:
        self.scroll_home(animate=False)

    def action_scroll_end(self) -> None:
        self.scroll_end(animate=False)

    def _fold(self) -> None:
        width = max(_MIN_WIDTH, self.scrollable_content_region.width)
        self._folded = [part for line in self._lines for part in fold(line, width)]
        self.virtual_size = Size(width, len(self._folded))
        self.refresh()


class Note(Widget):
    """A short text, in colours of the terminal. (Textual's `Static` changes them to RGB.)"""

    def __init__(self, text: Text | None = None, *, id_: str | None = None) -> None:
        super().__init__(id=id_)
        self._text = text or Text()

    def update(self, text: Text) -> None:
        """Show another text."""
        if text != self._text:
            has_same_height = self._height(text) == self._height(self._text)
            self._text = text
            self.refresh(layout=not has_same_height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines, folded to `width` columns."""
        return self._height(self._text, width)

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        width = self.content_size.width
        folded = list(_fold_all(self._text, width))
        line = folded[y] if y < len(folded) else Text()
        strip = Strip(line.render(self.app.console)).adjust_cell_length(width, self.rich_style)
        return strip.apply_style(self.rich_style)

    def _height(self, text: Text, width: int = 0) -> int:
        return sum(1 for _ in _fold_all(text, width or self.content_size.width or _MIN_WIDTH))


def _fold_all(text: Text, width: int) -> Iterator[Text]:
    for line in text.split("\n", allow_blank=True):
        yield from line.wrap(_CONSOLE, max(_MIN_WIDTH, width)) if line.plain else [line]


def fold(line: Text, width: int) -> Iterator[Text]:
    """Yield the parts of a line that fit into `width` columns."""
    if len(line.plain) * 2 <= width or cell_len(line.plain) <= width:
        yield line
        return
    offsets, at = [], 0
    for part in chop_cells(line.plain, width)[:-1]:
        at += len(part)
        offsets.append(at)
    yield from line.divide(offsets)
