"""Write Socket.IO packets as Server-Sent Events (HTML standard, section 9.2).

A viewer of this kind receives the events that concern requests and its own connection. The others,
`viewers` and `reply`, are for pages.
"""

from __future__ import annotations

import re

EVENTS = frozenset((b"joined", b"request", b"responded", b"refused", b"status", b"bye"))
WITH_POSITION = frozenset((b"joined", b"request"))
"""The events after which a viewer can continue. Their `id` is its new position."""
COMMENT = b":\n\n"
"""A line that clients ignore: it shows that the connection works."""

_EVENT = re.compile(rb'2\["([a-z]+)",(\{.*\})\]', re.DOTALL)
_POSITION = re.compile(rb'\{"uuid":"[^"]*","epoch":"([^"]*)","seq":([0-9]+)')
"""The first fields of a payload with a position."""

# JSON escapes the other line ends. HTML's parser has none of these, but other readers of lines do,
# such as those of Node and Python.
_LINE_ENDS = tuple((each.encode(), b"\\u%04x" % ord(each)) for each in "\x85\u2028\u2029")


def event_of(packet: bytes) -> bytes:
    """Return a Socket.IO packet as an event; empty if `EVENTS` does not contain it."""
    match = _EVENT.fullmatch(packet)
    if not match or match[1] not in EVENTS:
        return b""
    name, data = match.groups()
    for raw, escaped in _LINE_ENDS:
        if raw[:1] in data:  # one byte is found 40 times as fast as several
            data = data.replace(raw, escaped)
    # The id is last, so that a program that reads line by line never skips an incomplete event.
    position = _POSITION.match(data) if name in WITH_POSITION else None
    last = b"id: %b:%b\n" % position.groups() if position else b""
    return b"".join((b"event: ", name, b"\ndata: ", data, b"\n", last, b"\n"))


def retry(milliseconds: int) -> bytes:
    """Return the line that sets the time after which a browser connects again."""
    return b"retry: %d\n\n" % milliseconds
