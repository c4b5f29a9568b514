"""Format a captured request for a terminal. Text from senders never controls the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.filters import readable, subpath_and_query
from webhook_logger.client.reading import read
from webhook_logger.headers import HeaderLines
from webhook_logger.plain import plain
from webhook_logger.providers import summarise

SHORT_LINES = 5
SHORT_CHARACTERS = 200
"""Maximum lines, and characters of a line, of a shortened body."""
SHORT_TARGET = 2000
SHORT_NAME = 60

_COLORS = {
    **dict.fromkeys(("GET", "HEAD", "QUERY"), "cyan"),
    "POST": "green",
    **dict.fromkeys(("PUT", "PATCH"), "yellow"),
    "DELETE": "red",
}
"""The colours of the page; any other method is magenta."""


def method_color(method: str) -> str:
    """Return the colour of a method."""
    return _COLORS.get(method, "magenta")


def status_color(status: int) -> str:
    """Return the colour of a status."""
    return {2: "green", 3: "cyan", 4: "yellow", 5: "red"}.get(status // 100, "default")


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Unstyled text that rich prints without processing, which is fast for a million lines."""

    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Segment(f"{self.text}\n")


def format_request(
    request: CapturedRequest, *, headers: bool, body: bool, check: Text | None = None
) -> Group:
    """Return the summary of a request, the check of its signature, its header lines if `headers`,
    and its body.

    The body is shortened unless `body`.
    """
    parts: list[RenderableType] = [summary(request), *([check] if check else [])]
    if headers:
        parts += map(header, request.headers)
        parts += [Text("")] if request.body.size else []
    parts += format_body(request.body, request.headers, whole=body)
    if headers and request.trailers:
        parts += [Text("  Trailers:", "dim"), *map(header, request.trailers)]
    return Group(*parts)


def format_body(body: Body, lines: HeaderLines, *, whole: bool) -> list[Verbatim]:
    """Return a body, decoded by its header lines; empty if there is no body."""
    written = [f"  {line}" for line in _body_lines(body, lines, whole)]
    return [Verbatim("\n".join(written))] if written else []


def summary(request: CapturedRequest) -> Text:
    """Return one line: time, method, subpath and query, provider and event, size, type, sender and
    `seq`.
    """
    line = Text().append(f"{local_time(request.received_at):%H:%M:%S}  ", "dim")
    line.append(f"{plain(request.method):<6}  ", f"bold {method_color(request.method)}")
    line.append(truncated(plain(readable(subpath_and_query(request))), SHORT_TARGET), "bold")
    about = summarise(request)
    named = " · ".join(filter(None, (about.provider, about.event)))
    if named:
        line.append("  " + truncated(plain(named), SHORT_TARGET), "magenta")
    details = (
        size(request.body.size),
        plain(request.media_type),
        plain(request.remote_addr),
        f"#{request.seq}",
    )
    return line.append("  " + "  ".join(filter(None, details)), "dim")


def local_time(time: datetime) -> datetime:
    """Return the local time, or UTC if the local time overflows, as at the end of year 9999."""
    try:
        return time.astimezone()
    except (OSError, OverflowError, ValueError):
        return time


def size(count: int) -> str:
    """Format a size as `834 B`, `1.2 kB` or `3.4 MB`, in powers of 1,000, as on the page."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 10**6 else f"{count / 10**6:.1f} MB"


def duration(seconds: float) -> str:
    """Format a duration as `12 ms` or `3.4 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def short_name(request: CapturedRequest) -> str:
    """Return the number, the method and the beginning of the target, in a few words."""
    target = truncated(readable(subpath_and_query(request)), SHORT_NAME)
    return f"#{request.seq} {request.method} {target}"


def header(line: tuple[str, str]) -> Text:
    """Format a header line."""
    name, value = plain(line[0]), plain(readable(line[1]))
    return Text("  ").append(f"{name}:", "dim").append(f" {value}")


def _body_lines(body: Body, lines: HeaderLines, whole: bool) -> Iterator[str]:
    if not body.complete:
        yield f"[{size(body.size)}, over the server's limit: its content was not kept]"
    elif body.content:
        reading = read(body.content, lines)
        if reading.notes:
            yield plain(f"[{'; '.join(reading.notes)}]")
        if reading.text is None:
            yield f"[{size(body.size)} of binary data]"
        else:
            yield from _text_lines(reading.text, whole)


def _text_lines(text: str, whole: bool) -> Iterator[str]:
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    yield from (plain(line, "\t") for line in lines) if whole else _short(lines)


def _short(lines: list[str]) -> Iterator[str]:
    for line in lines[:SHORT_LINES]:
        yield truncated(plain(line[: SHORT_CHARACTERS + 1], "\t"), SHORT_CHARACTERS)
    if len(lines) > SHORT_LINES:
        yield f"… {len(lines) - SHORT_LINES} more lines"


def requests_were(count: int) -> str:
    """Return the beginning of a sentence about a number of requests."""
    return "1 request was" if count == 1 else f"{count} requests were"


def truncated(text: str, limit: int) -> str:
    """Truncate a text to `limit` characters."""
    return text if len(text) <= limit else f"{text[:limit]}…"
