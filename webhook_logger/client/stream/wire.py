"""Validate the payloads of a server, which is not trusted.

Each function returns a value whose fields have the types of the contract, or raises `ValueError`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webhook_logger.callbacks import UUID_PATTERN, is_canonical_uuid
from webhook_logger.captured import Body
from webhook_logger.client.received import ReceivedRequest
from webhook_logger.client.stream.events import Refused, Responded, Responding

_MAX_INTEGER = 2**53
"""The largest integer that is exact in JavaScript, which other clients use."""
_MAX_CHARACTERS = 300

_REASON = re.compile(r"[a-z_]{1,100}")
_EPOCH = re.compile(r"[0-9A-Za-z]{1,64}")
_CALLBACK_URL = re.compile(rf"https?://[!-~]{{1,1000}}/{UUID_PATTERN}")
_ID = re.compile(r"[\x21-\x7e]{1,500}")


@dataclass(frozen=True, slots=True)
class Joined:
    """The payload of `joined`."""

    epoch: str
    seq: int
    missed: int | None
    recovered: int = 0
    """The number of requests after `seq` that the server sends again."""
    callback_url: str = ""
    """The URL for senders, if the server has another host for callbacks."""


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The payload of `status`."""

    is_down: bool
    reason: str
    """Why, for people."""


@dataclass(frozen=True, slots=True)
class Bye:
    """The payload of `bye`."""

    reason: str
    seconds: float = 0
    """The connection stays open for at least this time."""


StreamEvent = Joined | ReceivedRequest | Responded | Refused | QueueStatus | Bye


def event(name: str, *payload: Any) -> StreamEvent | None:
    """Read an event; return None if its name is unknown."""
    read = _READERS.get(name)
    return read(*payload) if read else None


def joined(payload: Any) -> Joined:
    """Read the payload of `joined`."""
    fields = _fields(payload, epoch=_epoch, seq=_count, missed=_count_or_none)
    if "recovered" in payload:
        fields |= _fields(payload, recovered=_count)
    if "callback_url" in payload:
        fields |= _fields(payload, callback_url=is_callback_url)
    return Joined(**fields)


def captured(payload: Any) -> ReceivedRequest:
    """Read the payload of `request`."""
    _fields(
        payload,
        **dict.fromkeys(("method", "host", "path", "subpath", "query_string"), _bytes_as_text),
        **dict.fromkeys(("received_at", "scheme", "http_version", "remote_addr"), _text),
        epoch=_epoch,
        uuid=_uuid,
        id=_id,
        seq=_count,
        headers=_lines,
    )
    if "trailers" in payload:
        _fields(payload, trailers=_lines)
    _check_body(payload.get("body"))
    return ReceivedRequest.from_wire(payload)


def _check_body(body: Any) -> None:
    _fields(body, size=_count, encoding=_text, content=_text, complete=_boolean)
    if body["encoding"] not in ("utf-8", "base64"):
        raise ValueError("a body has an unknown encoding")


def responded(payload: Any) -> Responded:
    """Read the payload of `responded`."""
    fields = _fields(payload, epoch=_epoch, seq=_count, status=_count, by=_text)
    if "headers" in payload:
        lines = _fields(payload, headers=_lines)["headers"]
        fields["headers"] = tuple((name, value) for name, value in lines)
    if "body" in payload:
        _check_body(payload["body"])
        fields["body"] = Body.from_wire(payload["body"])
    if "seconds" in payload:
        fields |= _fields(payload, seconds=_is_duration)
    return Responded(**fields)


def refused(payload: Any) -> Refused:
    """Read the payload of `refused`."""
    fields = _fields(payload, count=_count, status=_count, reason=_text, message=_text)
    return Refused(**fields | {"message": brief(fields["message"])})


def status(payload: Any) -> QueueStatus:
    """Read the payload of `status`."""
    is_down = _fields(payload, queue=_text)["queue"] == "down"
    return QueueStatus(is_down, brief(payload.get("reason") or "the message queue is unavailable"))


def bye(payload: Any) -> Bye:
    """Read the payload of `bye`. Missing or invalid `seconds` are 0."""
    reason = brief(_fields(payload, reason=_text)["reason"])
    seconds = payload.get("seconds")
    return Bye(reason, seconds if _is_duration(seconds) else 0)


_READERS: dict[str, Callable[[Any], StreamEvent]] = {
    "joined": joined,
    "request": captured,
    "responded": responded,
    "refused": refused,
    "status": status,
    "bye": bye,
}


def responding(acknowledgement: Any) -> Responding:
    """Read the acknowledgement of a `join` that claims to respond."""
    if _fields(acknowledgement, ok=_boolean)["ok"]:
        return Responding(True)
    return Responding(False, brief(_fields(acknowledgement, error=_text)["error"]))


def reason(error: Any) -> str:
    """Return the reason of an error (docs/errors.md), or an empty text without one."""
    word = error.get("reason") if isinstance(error, dict) else None
    return word if isinstance(word, str) and _REASON.fullmatch(word) else ""


def brief(text: object) -> str:
    """Shorten a text of the server for an error message."""
    words = str(text)
    return words if len(words) <= _MAX_CHARACTERS else f"{words[:_MAX_CHARACTERS]}…"


Check = Callable[[Any], bool]


def _fields(payload: Any, **checks: Check) -> dict[str, Any]:
    """Return these fields of an object. Raises `ValueError` if one is missing or invalid."""
    if not isinstance(payload, dict):
        raise ValueError("a payload is not an object")
    for name, is_valid in checks.items():
        if name not in payload or not is_valid(payload[name]):
            raise ValueError(f"its field {name} is missing or has the wrong type")
    return {name: payload[name] for name in checks}


def _boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MAX_INTEGER


def _count_or_none(value: Any) -> bool:
    return value is None or _count(value)


def _is_duration(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


def _text(value: Any) -> bool:
    """Accept text without lone surrogates, which cannot be encoded."""
    return isinstance(value, str) and (value.isascii() or _is_encodable(value, "utf-8"))


def _bytes_as_text(value: Any) -> bool:
    """Accept bytes as Latin-1 text."""
    return isinstance(value, str) and (value.isascii() or _is_encodable(value, "latin-1"))


def _is_encodable(text: str, encoding: str) -> bool:
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


def is_callback_url(value: Any) -> bool:
    """Return whether the value is a URL for senders."""
    return isinstance(value, str) and _CALLBACK_URL.fullmatch(value) is not None


def _epoch(value: Any) -> bool:
    return isinstance(value, str) and _EPOCH.fullmatch(value) is not None


def _id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
