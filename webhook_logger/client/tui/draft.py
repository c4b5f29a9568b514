"""A request as the user edits it before it is sent again. It does not depend on Textual."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from urllib.parse import quote

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.errors import Invalid
from webhook_logger.client.filters import readable, subpath_and_query
from webhook_logger.client.show import size
from webhook_logger.headers import HeaderLines
from webhook_logger.plain import plain

MAX_EDITED_BYTES = 512 * 2**10
"""Larger bodies would make the text area slow. They are sent as captured."""
_ASCII = "".join(map(chr, range(128)))
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~\dA-Za-z-]+", re.ASCII)
_TARGET = re.compile(r"/[\x21-\x7e]*")
_FIELD_VALUE = re.compile("[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class EditedText:
    """The editable parts of a request, as text without invisible characters."""

    method: str
    target: str
    """The subpath and the query."""
    headers: str
    """One header line per line."""
    body: str
    """Empty, while the captured body is sent, if that cannot be edited."""


def draft_of(request: CapturedRequest) -> EditedText:
    """Return the draft of a captured request."""
    headers = "\n".join(map(_line, request.headers))
    body = _text(request.body) or ""
    return EditedText(plain(request.method), _target(request), headers, body)


def body_note(body: Body) -> str:
    """Return why a body cannot be edited and what is sent; empty if it can be edited."""
    if not body.complete:
        return f"The captured body of {size(body.size)} was not kept. Enter another one."
    if _text(body) is not None:
        return ""
    return f"Not editable as text: the captured {size(body.size)} are sent if this is empty."


def edited(draft: EditedText, request: CapturedRequest) -> CapturedRequest:
    """Return the request to send. Parts that were not edited are exactly as captured.

    Raises `Invalid` if a part is not valid.
    """
    original = draft_of(request)
    if draft.method != original.method and not _TOKEN.fullmatch(draft.method):
        raise Invalid("A method has letters, digits and some symbols, but no spaces.")
    changed = replace(request, headers=_header_lines(draft.headers, request.headers))
    if draft.method != original.method:
        changed = replace(changed, method=draft.method)
    if draft.target != original.target:
        subpath, query = _split(draft.target, request)
        changed = replace(changed, subpath=subpath, query_string=query)
    return replace(changed, body=_body(draft.body, original.body, request.body))


def _target(request: CapturedRequest) -> str:
    return plain(readable(subpath_and_query(request)))


def _line(line: tuple[str, str]) -> str:
    return plain(f"{line[0]}: {readable(line[1])}")


def _split(target: str, request: CapturedRequest) -> tuple[str, str]:
    written = quote(target.strip(), safe=_ASCII)
    if not _TARGET.fullmatch(written):
        raise Invalid("A path begins with a slash and has no spaces. Write %20 for a space.")
    path, _, query = written.partition("?")
    return ("" if path == "/" and not request.subpath else path), query


def _header_lines(text: str, captured: HeaderLines) -> HeaderLines:
    """Return the header lines of a text. Lines that equal captured ones have the same bytes."""
    known: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in captured:
        known[_line(line)].append(line)
    lines = [line for line in text.split("\n") if line.strip()]
    return tuple(known[line].pop(0) if known[line] else _header_line(line) for line in lines)


def _header_line(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not _TOKEN.fullmatch(name):
        raise Invalid(f"A header line must have the form 'Name: value': {line[:60]!r}.")
    written = value.strip(" \t").encode().decode("latin-1")
    if not _FIELD_VALUE.fullmatch(written):
        raise Invalid(f"The value of {name} has a control character.")
    return name, written


def _text(body: Body) -> str | None:
    """Return the body as text for an editor, or None if an editor would change or hide bytes."""
    if not body.complete or body.size > MAX_EDITED_BYTES:
        return None
    try:
        text = body.content.decode()
    except UnicodeDecodeError:
        return None
    inside = text.replace("\r\n", "\n")
    if "\r" in text and not _has_crlf_only(body.content):
        return None
    return inside if plain(inside, "\t\n") == inside else None


def _has_crlf_only(content: bytes) -> bool:
    return b"\r\n" in content and b"\n" not in content.replace(b"\r\n", b"")


def _body(text: str, original: str, captured: Body) -> Body:
    if text == original:
        return captured if captured.complete else Body(b"", 0)
    if _has_crlf_only(captured.content):
        text = text.replace("\n", "\r\n")
    content = text.encode()
    return Body(content, len(content))
