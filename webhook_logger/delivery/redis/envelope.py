"""The envelope of the messages between workers; the package's docstring describes each kind."""

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
