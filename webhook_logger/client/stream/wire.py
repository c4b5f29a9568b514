"""Read what a server sends, and believe none of it: each payload becomes a value whose fields have
the types that the contract gives them, or raises `ValueError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webhook_logger.callbacks import is_canonical_uuid
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.stream.events import Refused, Responded, Responding

_MAX = 2**53
"""Numbers are exact up to here in JavaScript, which the contract is for, too."""
_MAX_CHARACTERS = 300

_REASON = re.compile(r"[a-z_]{1,100}")
_ID = re.compile(r"[\x21-\x7e]{1,500}")


@dataclass(frozen=True, slots=True)
class Joined:
    """The payload of `joined`."""

    epoch: str
    seq: int
    missed: int | None


def joined(payload: Any) -> Joined:
    fields = _fields(payload, epoch=_text, seq=_count, missed=_count_or_none)
    return Joined(**fields)


def captured(payload: Any) -> CapturedRequest:
    """The payload of `request`."""
    _fields(
        payload,
        **dict.fromkeys(("method", "host", "path", "subpath", "query_string"), _bytes_as_text),
        **dict.fromkeys(("epoch", "received_at", "scheme", "http_version", "remote_addr"), _text),
        uuid=_uuid,
        id=_id,
        seq=_count,
        headers=_lines,
    )
    if "trailers" in payload:
        _fields(payload, trailers=_lines)
    body = payload.get("body")
    _fields(body, size=_count, encoding=_text, content=_text, complete=_boolean)
    if body["encoding"] not in ("utf-8", "base64"):
        raise ValueError("a body has an unknown encoding")
    return CapturedRequest.from_wire(payload)


def responded(payload: Any) -> Responded:
    return Responded(**_fields(payload, epoch=_text, seq=_count, status=_count, by=_text))


def refused(payload: Any) -> Refused:
    fields = _fields(payload, count=_count, status=_count, reason=_text, message=_text)
    return Refused(**fields | {"message": brief(fields["message"])})


def queue_is_down(payload: Any) -> bool:
    """The payload of `status`."""
    return bool(_fields(payload, queue=_text)["queue"] == "down")


def farewell(payload: Any) -> str:
    """The payload of `bye`."""
    return brief(_fields(payload, reason=_text)["reason"])


def responding(acknowledgement: Any) -> Responding:
    """The acknowledgement of a `join` that claims to respond."""
    if _fields(acknowledgement, ok=_boolean)["ok"]:
        return Responding(True)
    return Responding(False, brief(_fields(acknowledgement, error=_text)["error"]))


def reason(error: Any) -> str:
    """The reason of an error, a word of docs/errors.md; empty where there is none."""
    word = error.get("reason") if isinstance(error, dict) else None
    return word if isinstance(word, str) and _REASON.fullmatch(word) else ""


def brief(text: object) -> str:
    """The beginning of what a server says, for a sentence that people read."""
    words = str(text)
    return words if len(words) <= _MAX_CHARACTERS else f"{words[:_MAX_CHARACTERS]}…"


Check = Callable[[Any], bool]


def _fields(payload: Any, **checks: Check) -> dict[str, Any]:
    """These fields of an object. Raises `ValueError` where one is missing or of another type."""
    if not isinstance(payload, dict):
        raise ValueError("a payload is not an object")
    for name, is_right in checks.items():
        if name not in payload or not is_right(payload[name]):
            raise ValueError(f"its field {name} is missing or of another type")
    return {name: payload[name] for name in checks}


def _boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MAX


def _count_or_none(value: Any) -> bool:
    return value is None or _count(value)


def _text(value: Any) -> bool:
    """Text without halves of surrogate pairs, which no encoding can write."""
    return isinstance(value, str) and (value.isascii() or _can_be(value, "utf-8"))


def _bytes_as_text(value: Any) -> bool:
    """Bytes that are read as Latin-1."""
    return isinstance(value, str) and (value.isascii() or _can_be(value, "latin-1"))


def _can_be(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _lines(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(line, list) and len(line) == 2 and all(map(_bytes_as_text, line))
        for line in value
    )


def _uuid(value: Any) -> bool:
    return isinstance(value, str) and is_canonical_uuid(value)


def _id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
