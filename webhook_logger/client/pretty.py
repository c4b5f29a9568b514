"""Format a body for reading: indented JSON and XML, forms as fields, coloured."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.text import Text

from webhook_logger.captured import Body
from webhook_logger.client.archive.har import parameters
from webhook_logger.client.reading import read
from webhook_logger.client.show import size
from webhook_logger.headers import HeaderLines
from webhook_logger.plain import plain

_MAX_INDENT = 40
"""Maximum spaces before a line of JSON or XML, which may be nested deeply."""
_KEY, _STRING, _NUMBER, _WORD = "cyan", "green", "magenta", "yellow"
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_TAGS = re.compile(r"(<[^<>]*>)")


@dataclass(frozen=True, slots=True)
class PrettyBody:
    """The lines of a body, and what is not shown."""

    lines: list[Text]
    hidden: int
    """Characters of the text that are not in the lines."""


def pretty_body(body: Body, headers: HeaderLines, limit: int) -> PrettyBody:
    """Return at most the first `limit` characters of a body as lines.

    A shortened body is not indented, because a part of it is not valid.
    """
    if not body.complete:
        note = f"[{size(body.size)}, over the server's limit: its content was not kept]"
        return PrettyBody([Text.styled(note, "yellow")], 0)
    if not body.content:
        return PrettyBody([], 0)
    reading = read(body.content, headers)
    notes = [Text.styled(plain(f"[{'; '.join(reading.notes)}]"), "dim")] if reading.notes else []
    if reading.text is None:
        return PrettyBody([*notes, Text.styled(f"[{size(body.size)} of binary data]", "dim")], 0)
    kind = _media_type(headers)
    format_ = _format_of(kind, reading.text) if len(reading.text) <= limit else _plain_lines
    return PrettyBody([*notes, *format_(reading.text[:limit])], max(0, len(reading.text) - limit))


def _media_type(headers: HeaderLines) -> str:
    values = (value for name, value in headers if name.lower() == "content-type")
    return next(values, "").partition(";")[0].strip(" \t").lower()


def _format_of(kind: str, text: str) -> Callable[[str], Iterator[Text]]:
    if kind.endswith(("/json", "+json")) or text.lstrip()[:1] in ("{", "["):
        return _json_lines if _is_json(text) else _plain_lines
    if kind.endswith(("/xml", "+xml")) and "<!" not in text:
        return _xml_lines
    return _form_lines if kind == "application/x-www-form-urlencoded" else _plain_lines


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _plain_lines(text: str) -> Iterator[Text]:
    for line in text.removesuffix("\n").split("\n"):
        yield Text(plain(line.removesuffix("\r").expandtabs(4)))


def _form_lines(text: str) -> Iterator[Text]:
    for name, value in parameters(text):
        yield Text().append(plain(name), _KEY).append(" = ", "dim").append(plain(value))


def _json_lines(text: str) -> Iterator[Text]:
    """Indent JSON by its tokens, so that numbers, escapes and repeated keys stay as sent."""
    pieces = _TOKENS.findall(text.removeprefix("\ufeff"))
    depth, line = 0, Text()
    for at, piece in enumerate(pieces):
        following = pieces[at + 1] if at + 1 < len(pieces) else ""
        if piece in "}]" and pieces[at - 1] not in "{[":
            depth -= 1
            yield line
            line = _indented(depth)
        elif piece in "}]":
            depth -= 1
        line.append(*_styled(piece, following))
        if (piece in "{[" and following not in "}]") or piece == ",":
            depth += piece != ","
            yield line
            line = _indented(depth)
        elif piece in "{[":
            depth += 1
    yield line


def _indented(depth: int) -> Text:
    return Text(" " * min(2 * depth, _MAX_INDENT))


def _styled(piece: str, following: str) -> tuple[str, str]:
    """Return the text of a token of JSON, and its colour."""
    if piece in "{}[]:,":
        return piece + " " * (piece == ":"), "dim"
    if piece.startswith('"'):
        return plain(piece), _KEY if following == ":" else _STRING
    return plain(piece), _WORD if piece in ("true", "false", "null") else _NUMBER


def _xml_lines(text: str) -> Iterator[Text]:
    """Put each tag on its own line, except around text."""
    depth, line, has_text = 0, Text(), False
    for piece in filter(str.strip, _TAGS.split(text)):
        is_tag = piece.startswith("<")
        closes = piece.startswith("</")
        depth -= closes
        if is_tag and not (closes and has_text):
            if line.plain.strip():
                yield line
            line = _indented(max(0, depth))
        line.append(plain(" ".join(piece.split())), _KEY if is_tag else "")
        depth += is_tag and not closes and not piece.startswith("<?") and not piece.endswith("/>")
        has_text = not is_tag
    yield line
