"""Format the rows of the list. Text from senders never controls the terminal."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from webhook_logger.client.filters import readable, subpath_and_query
from webhook_logger.client.show import local_time, method_color, size, status_color, truncated
from webhook_logger.client.tui.history import NoteRow, RequestRow, Row
from webhook_logger.plain import plain

_MAX_CHARACTERS = 300
"""Maximum characters of a path or of a summary in a row."""
_MIN_ABOUT = 12
"""Minimum columns for the summary; below it, only the path is shown."""
CHECK_COLORS = {"✓": "green", "✗": "red", "?": "yellow"}


def format_row(row: Row, width: int) -> Text:
    """Return one line of at most `width` columns."""
    return _format_note(row, width) if isinstance(row, NoteRow) else _format_request(row, width)


def _format_note(row: NoteRow, width: int) -> Text:
    text = truncated(plain(row.text), _MAX_CHARACTERS)
    if row.is_gap:
        line = Text.styled(f"── {text} ", f"bold {row.style}")
        line.append("─" * max(0, width - line.cell_len), row.style)
    else:
        line = Text.styled(f"{row.time:%H:%M:%S} ", "dim").append(f"• {text}", row.style or "dim")
    line.truncate(width, overflow="ellipsis")
    return line


def _format_request(row: RequestRow, width: int) -> Text:
    request = row.request
    line = Text.styled(f"{local_time(request.received_at):%H:%M:%S} ", "dim")
    method = truncated(plain(request.method), 12)
    line.append(f"{method:<6} ", f"bold {method_color(request.method)}")
    marks = _marks(row)
    room = max(0, width - line.cell_len - marks.cell_len - 1)
    path = truncated(plain(readable(subpath_and_query(request))[:_MAX_CHARACTERS]), _MAX_CHARACTERS)
    about = truncated(plain(row.about[:_MAX_CHARACTERS]), _MAX_CHARACTERS)
    for text, style, columns in _columns(path, about, room):
        part = Text.styled(text, style)
        part.truncate(columns, overflow="ellipsis", pad=True)
        line.append_text(part)
    line.append(" ").append_text(marks)
    line.truncate(width, overflow="ellipsis")
    return line


def _columns(path: str, about: str, room: int) -> list[tuple[str, str, int]]:
    """Return the path and the summary with their styles and columns."""
    if not about or room < 2 * _MIN_ABOUT:
        return [(path, "", room)]
    for_path = min(cell_len(path), max(room // 2, room - cell_len(about) - 2))
    return [(path, "", for_path), ("  ", "", 2), (about, "magenta", room - for_path - 2)]


def _marks(row: RequestRow) -> Text:
    """Return the size, the check, the sender's status, and the status at the target."""
    marks = Text()
    if row.request.body.size:
        marks.append(size(row.request.body.size), "dim")
    if row.check:
        marks.append(f" {row.check.symbol}", CHECK_COLORS[row.check.symbol])
    if row.responded:
        marks.append(f" {row.responded.status}", status_color(row.responded.status))
    if row.outcomes:
        response = row.outcomes[-1].outcome.response
        text, color = ("✗", "red") if response is None else (str(response.status), "")
        marks.append(" →", "dim").append(text, color or status_color(int(text)))
    return marks
