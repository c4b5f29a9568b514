"""A captured request as lines for a terminal. What a sender wrote is text, and never more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.filters import readable, target_below
from webhook_logger.client.reading import read
from webhook_logger.headers import HeaderLines
from webhook_logger.plain import plain

SHORT_LINES = 5
SHORT_CHARACTERS = 200
"""Of a body that is shown shortened: so many lines, each so long."""
SHORT_TARGET = 2000

_TONES = {
    **dict.fromkeys(("GET", "HEAD", "QUERY"), "cyan"),
    "POST": "green",
    **dict.fromkeys(("PUT", "PATCH"), "yellow"),
    "DELETE": "red",
}
"""As on the page; any other method is magenta."""


def tone(status: int) -> str:
    """The colour of a status."""
    return {2: "green", 3: "cyan", 4: "yellow", 5: "red"}.get(status // 100, "default")


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Lines without a style, which rich takes as they are: a million of them at once, too."""

    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Segment(f"{self.text}\n")


def shown(request: CapturedRequest, *, headers: bool, body: bool) -> Group:
    """A request: its summary, its header lines where asked for, its body; that is shortened where
    not asked for.
    """
    parts: list[RenderableType] = [summary(request)]
    if headers:
        parts += map(header, request.headers)
        parts += [Text("")] if request.body.size else []
    parts += body_shown(request.body, request.headers, whole=body)
    if headers and request.trailers:
        parts += [Text("  Trailers:", "dim"), *map(header, request.trailers)]
    return Group(*parts)


def body_shown(body: Body, lines: HeaderLines, *, whole: bool) -> list[Verbatim]:
    """A body with its header lines, for reading; none where there is none."""
    written = [f"  {line}" for line in _body_lines(body, lines, whole)]
    return [Verbatim("\n".join(written))] if written else []


def summary(request: CapturedRequest) -> Text:
    """Time, method, target below the callback, size, type, sender and position."""
    line = Text().append(f"{_local(request.received_at):%H:%M:%S}  ", "dim")
    line.append(f"{plain(request.method):<6}  ", f"bold {_TONES.get(request.method, 'magenta')}")
    line.append(shortened(plain(readable(target_below(request))), SHORT_TARGET), "bold")
    said = (
        size(request.body.size),
        plain(request.media_type),
        plain(request.remote_addr),
        f"#{request.seq}",
    )
    return line.append("  " + "  ".join(filter(None, said)), "dim")


def _local(time: datetime) -> datetime:
    """The local time; UTC where that is none, as at the end of the year 9999."""
    try:
        return time.astimezone()
    except (OSError, OverflowError, ValueError):
        return time


def size(count: int) -> str:
    """`834 B`, `1.2 kB`, `3.4 MB`: powers of 1,000, as on the page."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 10**6 else f"{count / 10**6:.1f} MB"


def header(line: tuple[str, str]) -> Text:
    """A header line."""
    name, value = plain(line[0]), plain(readable(line[1]))
    return Text("  ").append(f"{name}:", "dim").append(f" {value}")


def _body_lines(body: Body, lines: HeaderLines, whole: bool) -> Iterator[str]:
    if not body.complete:
        yield f"[{size(body.size)}, over the limit of the server: its content is not known]"
    elif body.content:
        reading = read(body.content, lines)
        if reading.notes:
            yield plain(f"[{'; '.join(reading.notes)}]")
        if reading.text is None:
            yield f"[{size(body.size)} that are no text]"
        else:
            yield from _text_lines(reading.text, whole)


def _text_lines(text: str, whole: bool) -> Iterator[str]:
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    yield from (plain(line, "\t") for line in lines) if whole else _short(lines)


def _short(lines: list[str]) -> Iterator[str]:
    for line in lines[:SHORT_LINES]:
        yield shortened(plain(line[: SHORT_CHARACTERS + 1], "\t"), SHORT_CHARACTERS)
    if len(lines) > SHORT_LINES:
        yield f"… {len(lines) - SHORT_LINES} more lines"


def shortened(text: str, most: int) -> str:
    """The beginning of a text that is longer."""
    return text if len(text) <= most else f"{text[:most]}…"
