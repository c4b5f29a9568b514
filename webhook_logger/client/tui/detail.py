"""Format the details of a row. Text from senders never controls the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.archive.har import parameters
from webhook_logger.client.filters import readable, subpath_and_query
from webhook_logger.client.pretty import pretty_body
from webhook_logger.client.relay.relayed import percent_encoded
from webhook_logger.client.show import (
    duration,
    header,
    local_time,
    method_color,
    size,
    status_color,
    truncated,
)
from webhook_logger.client.stream.events import Responded
from webhook_logger.client.tui.history import NoteRow, RequestRow, Row, SeenOutcome
from webhook_logger.client.tui.view_rows import CHECK_COLORS
from webhook_logger.headers import HeaderLines
from webhook_logger.plain import plain
from webhook_logger.providers import summarise

SHORT_CHARACTERS = 32 * 2**10
"""Characters of a body that are shown at first."""
WHOLE_CHARACTERS = 4 * 2**20
"""Maximum characters of a body that are shown."""
_MAX_TARGET = 8000
_MAX_PARAMETERS = 200
_MAX_TEXT = 2000
_GIVEN_BY = {
    "default": "the default reply",
    "reply": "the callback's reply",
    "path": "chosen by the path",
    "handshake": "the response to the handshake",
    "responder": "from a responder",
}


def format_detail(row: Row | None, *, whole: bool) -> list[Text]:
    """Return the lines about a row, with the beginning of its body, or all of it if `whole`."""
    if row is None:
        return []
    if isinstance(row, NoteRow):
        return [Text.styled(f"{row.time:%H:%M:%S}", "dim"), Text.styled(plain(row.text), row.style)]
    limit = WHOLE_CHARACTERS if whole else SHORT_CHARACTERS
    return [
        *_head(row),
        *_query(row.request),
        *_body(row.request, limit, whole),
        *_header_lines("Header lines", row.request.headers),
        *_header_lines("Trailers", row.request.trailers),
        *_response(row.responded),
        *_responses_of_targets(row.outcomes),
    ]


def _head(row: RequestRow) -> Iterator[Text]:
    request = row.request
    # The callback's own path is the same for all requests.
    target = truncated(plain(readable(subpath_and_query(request)[: _MAX_TARGET + 1])), _MAX_TARGET)
    yield (
        Text.styled(f"{plain(request.method)} ", f"bold {method_color(request.method)}")
        .append(target, "bold")
        .append(f" HTTP/{plain(request.http_version)}", "dim")
    )
    about = summarise(request)
    named = " · ".join(filter(None, (about.provider, about.event)))
    if named:
        yield Text.styled(truncated(plain(named[: _MAX_TEXT + 1]), _MAX_TEXT), "magenta")
    details = (
        f"{local_time(request.received_at):%Y-%m-%d %H:%M:%S}",
        f"from {plain(request.remote_addr)}",
        f"#{request.seq}",
    )
    yield Text.styled("  ".join(details), "dim")
    yield Text.styled(f"to {plain(request.scheme)}://{plain(request.host)}", "dim")
    if row.check:
        text = f"{row.check.symbol} {plain(row.check.text)}"
        yield Text.styled(text, CHECK_COLORS[row.check.symbol])
    if row.responded:
        yield _status_line(row.responded)
    yield from map(format_outcome, row.outcomes)


def _status_line(responded: Responded) -> Text:
    line = Text.styled("← ", "dim").append(
        str(responded.status), f"bold {status_color(responded.status)}"
    )
    given = _GIVEN_BY.get(responded.by, plain(responded.by))
    line.append(f"  {given}", "dim")
    if responded.seconds is not None:
        line.append(f"  {duration(responded.seconds)}", "dim")
    return line


def format_outcome(seen: SeenOutcome) -> Text:
    """Return a line about the outcome of a request at a target."""
    outcome = seen.outcome
    line = Text.styled("→ ", "dim").append(f"{plain(outcome.target.url)}  ")
    if outcome.response is None:
        line.append(truncated(plain(outcome.error), _MAX_TEXT), "red")
    else:
        status = outcome.response.status
        line.append(str(status), f"bold {status_color(status)}")
        line.append(f"  {size(seen.body_size)}", "dim")
    line.append(f"  {duration(outcome.seconds)}", "dim")
    if outcome.attempts > 1:
        line.append(f"  {outcome.attempts} attempts", "dim")
    return line.append(f"  {plain(seen.more)}" if seen.more else "", "dim")


def _title(text: str, more: str = "") -> Iterator[Text]:
    yield Text("")
    yield Text.styled(text, "bold underline").append(f"  {more}" if more else "", "dim")


def _query(request: CapturedRequest) -> Iterator[Text]:
    pairs = list(parameters(percent_encoded(request.query_string[:_MAX_TARGET])))
    if not pairs:
        return
    yield from _title("Query")
    for name, value in pairs[:_MAX_PARAMETERS]:
        yield Text("  ").append(plain(name), "cyan").append(" = ", "dim").append(plain(value))
    if len(pairs) > _MAX_PARAMETERS:
        yield Text.styled(f"  … {len(pairs) - _MAX_PARAMETERS} more", "dim")


def _body(request: CapturedRequest, limit: int, whole: bool) -> Iterator[Text]:
    body = request.body
    if not body.size:
        return
    yield from _title("Body", "  ".join(filter(None, (size(body.size), plain(request.media_type)))))
    pretty = pretty_body(body, request.headers, limit)
    yield from _indented(pretty.lines)
    if pretty.hidden:
        more = "a file of --save has all of them" if whole else "b shows more"
        yield Text.styled(f"  … {pretty.hidden:,} more characters: {more}.", "bold yellow")


def _header_lines(title: str, lines: HeaderLines) -> Iterator[Text]:
    if lines:
        yield from _title(title)
        yield from map(header, lines)


def _response(responded: Responded | None) -> Iterator[Text]:
    if not responded or responded.headers is None:
        return
    yield from _title("Response to the sender")
    yield from map(header, responded.headers)
    if responded.body:
        pretty = pretty_body(responded.body, responded.headers, SHORT_CHARACTERS)
        yield from _indented([Text(""), *pretty.lines])


def _responses_of_targets(outcomes: Iterable[SeenOutcome]) -> Iterator[Text]:
    for seen in outcomes:
        response = seen.outcome.response
        if response is None:
            continue
        yield from _title(f"Response of {plain(seen.outcome.target.url)}", str(response.status))
        yield from map(header, response.headers)
        if response.body:
            yield Text("")
            kept = response.body
            text = kept.decode("utf-8", "replace")
            lines = text.removesuffix("\n").split("\n")
            yield from _indented(Text(plain(line.rstrip("\r").expandtabs(4))) for line in lines)
            if seen.body_size > len(kept):
                yield Text.styled(f"  … {size(seen.body_size - len(kept))} more", "yellow")


def _indented(lines: Iterable[Text]) -> Iterator[Text]:
    for line in lines:
        yield Text("  ").append_text(line)
