"""The envelope of the messages between workers; the package's docstring describes each kind."""

from __future__ import annotations

VERSION = b"1"
"""Changes when the meaning of any message changes. Keys and channels have no version, because it
would silently separate workers of different versions.
"""

_BEGIN = VERSION + b" "


class UnknownVersion(Exception):
    """The message has a version that this worker does not support."""


def seal(kind: str, *parts: str | bytes) -> bytes:
    """Return a message of that kind."""
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    sizes = "".join([f" {len(part)}" for part in raw])
    return b"".join((_BEGIN, f"{kind}{sizes}\n".encode(), *raw))


def unseal(message: bytes) -> tuple[bytes, list[bytes]]:
    """Return the kind and the parts. Raises `UnknownVersion`, and `ValueError` if the message is
    malformed.
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
        raise ValueError("the parts of a message do not have the sizes in its first line")
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
"""`seal` in Lua, for scripts that publish."""
