"""The messages between workers: one envelope for all of them, and the parts of each kind.

    1 request 24 1 3 7 312\n<epoch><seq><status><by><members>

A message begins with a line of ASCII: the version of all that follows, the kind, and the size of
each part in bytes. Behind the line are the parts, one after the other. Every part is text in UTF-8.

On a callback's channel:

    request    epoch, seq, status, by, members    a captured request: its event's JSON members but
                                                  `uuid`, `epoch` and `seq`, without the braces;
                                                  status 0 where the response is not known yet
    answered   epoch, seq, status, by             the response to a request that came before
    refused    count, reason                      refused requests, the reason of the latest
    viewers    count                              the viewers on all workers
    reply      [times, reply]                     the reply was set: `-` or how often it is used,
                                                  and its JSON; no parts when it was deleted
    used       none                               the reply holds for one request less
    emit       message                            python-socketio's, an event for the room

On a worker's own channel:

    canary     none                               proves that the worker still hears
    cut        name, epoch, seq, elsewhere        a cut, and the number of viewers elsewhere
    answer     name, answer                       the response to a request that it holds, in JSON
    gone       name                               who should have answered that request is gone

On the common channel:

    control    message                            python-socketio's, for all workers
"""

from __future__ import annotations

VERSION = b"1"
"""Changes with the meaning of any message. Keys and channels have no version: it would split
workers of two versions without a word."""

_BEGIN = VERSION + b" "


class UnknownVersion(Exception):
    """A message of another version: what it means is not known here."""


def seal(kind: str, *parts: str | bytes) -> bytes:
    """Return the message of that kind."""
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    sizes = "".join([f" {len(part)}" for part in raw])
    return b"".join((_BEGIN, f"{kind}{sizes}\n".encode(), *raw))


def unseal(message: bytes) -> tuple[bytes, list[bytes]]:
    """Return the kind and the parts. Raises `UnknownVersion`, and `ValueError` for what is no
    message.
    """
    if not message.startswith(_BEGIN):
        raise UnknownVersion
    at = message.index(b"\n") + 1
    _, kind, *sizes = message[: at - 1].split(b" ")
    parts = []
    for size in sizes:
        end = at + int(size)
        parts.append(message[at:end])
        at = end
    if at != len(message):
        raise ValueError("the parts of a message have other sizes than it says")
    return kind, parts


SEAL = f"""
local function seal(kind, ...)  -- as `seal` in envelope.py
    local parts, sizes = {{...}}, {{}}
    for i, part in ipairs(parts) do
        sizes[i] = ' ' .. #part
    end
    parts[0] = '{VERSION.decode()} ' .. kind .. table.concat(sizes) .. '\\n'
    return table.concat(parts, '', 0)
end
"""
"""The same for the scripts that publish, in Lua."""
