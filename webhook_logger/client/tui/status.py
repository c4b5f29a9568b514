"""The status line of the view, and what it shows before the first request."""

from __future__ import annotations

from rich.text import Text

from webhook_logger.client.curl import quoted
from webhook_logger.client.totals import number_missed
from webhook_logger.client.tui.view import View
from webhook_logger.plain import plain

_STATES = {
    "live": ("● Live", "bold green"),
    "reconnecting": ("○ Reconnecting", "bold red"),
    "stalled": ("○ Not live", "bold red"),
    "refused": ("○ Refused", "bold red"),
}


def status_line(view: View, *, filter_text: str, newer: int) -> Text:
    """Return one line: the state of the connection, and the numbers that matter."""
    name, style = _STATES[view.connection.state]
    if view.connection.state == "reconnecting" and not view.known:
        name, style = "○ Connecting", "bold yellow"
    line = Text.styled(name, style)
    for text, color in _parts(view, filter_text, newer):
        line.append("  ").append(text, color)
    return line


def _parts(view: View, filter_text: str, newer: int) -> list[tuple[str, str]]:
    totals, history = view.totals, view.history
    received = totals.count("received")
    parts = [(f"{received:,} received", "")]
    missed, unknown = totals.count("missed"), totals.missed_unknown
    if missed or unknown:
        parts.append((f"{number_missed(missed, is_more=unknown)} missed", "bold yellow"))
    if history.dropped:
        parts.append((f"oldest {history.dropped:,} dropped", "yellow"))
    if newer:
        parts.append((f"↓ {newer:,} newer (G)", "cyan"))
    if filter_text:
        parts.append((f"/{filter_text}", "cyan"))
    return [*parts, *((f"→ {plain(url)}", "dim") for url in view.targets)]


def shortened(line: Text, width: int) -> Text:
    """Return a line that ends in an ellipsis if it is longer than `width` columns."""
    if width:  # 0 before the first layout
        line.truncate(width, overflow="ellipsis")
    return line


def url_line(view: View, width: int) -> Text:
    """Return the line with the URL for senders, which needs no label if there is no room for it."""
    known = view.known
    if not known:
        return shortened(Text.styled(plain(view.connection.reason), "dim"), width)
    url = Text.styled(plain(known.url), "bold")
    labelled = Text.styled("URL for senders: ", "dim").append_text(url)
    return labelled if labelled.cell_len <= width else shortened(url, width)


def waiting(view: View, filter_text: str) -> list[Text]:
    """Return the lines of an empty list."""
    if view.history.count:
        return [
            Text.styled(f"No request matches {filter_text}", "dim"),
            Text.styled("Esc clears it.", "dim"),
        ]
    known = view.known
    if not known:
        return [Text.styled("Connecting …", "dim")]
    return [
        Text.styled("Waiting for requests. To send one:", "dim"),
        Text(""),
        Text(f"  curl -d hello {quoted(plain(known.url))}"),
    ]
