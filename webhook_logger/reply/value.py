"""The reply of a callback as a value, and the validation of what its user asks for."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from webhook_logger.captured import Body
from webhook_logger.headers import HeaderLines
from webhook_logger.memo import Memo
from webhook_logger.reply.headers import header_lines

MAX_BODY_BYTES = 64 * 1024
MAX_DELAY_SECONDS = 30
MAX_TIMES = 1_000_000
BODILESS = (204, 205, 304)

MAX_STRUCTURE_BYTES = 64 * 1024
"""Of JSON from outside, what is not in its texts: brackets, commas, numbers, blanks."""
_MAX_QUOTES = 1000

Fields = dict[str, Callable[[object], Any]]
"""By name, what makes of a JSON value what a field holds, or raises the rest of a sentence."""

log = logging.getLogger(__name__)


class ReplyError(ValueError):
    """That can be no reply; the message is a sentence for its user, and begins with the field."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message if field is None else f"{field}: {message}")
        self.field = field
        """The field that is wrong; None for all of it."""


class BodyTooLarge(ReplyError):
    """Nothing else is wrong with it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a callback responds with to its senders; without arguments what it does by default."""

    status: int = 200
    """200 to 599."""
    headers: HeaderLines = ()
    """As they are sent, besides those of every response."""
    body: bytes = b""
    delay: float = 0.0
    """In seconds, before the response."""
    times: int | None = None
    """For how many requests more; None for all."""
    cors: bool = True
    """Whether pages of other origins may call the callback, and preflights get a response."""

    @classmethod
    def from_json(cls, text: bytes | str) -> Reply:
        """Raises `ReplyError`. Fields that are not there have their defaults."""
        return _read(text, "a reply", _FIELDS)

    def to_wire(self) -> dict[str, Any]:
        """The inverse, with all fields."""
        body = Body(self.body, len(self.body)).to_wire()
        return {
            "status": self.status,
            "headers": [list(line) for line in self.headers],
            "body": {"encoding": body["encoding"], "content": body["content"]},
            "delay": self.delay,
            "times": self.times,
            "cors": self.cors,
        }


def read_kept(text: str) -> Reply:
    """Return a reply as it was kept.

    Another release on the same queue may have kept what is no reply here: then the default is used,
    because a request that was published gets no error.
    """
    return _REPLIES[text]


def _read_kept(text: str) -> Reply:
    try:
        return Reply.from_json(text)
    except ReplyError as error:
        log.warning("A kept reply is not used: %s", error)
        return Reply()


_REPLIES = Memo(_read_kept, entries=64, size=16 * 1024)
"""Most callbacks have the same reply for many requests."""


def given_from_json(text: bytes | str, most_body_bytes: int) -> Reply:
    """A responder's response to one request: a reply of status, headers and body alone.

    Raises `ReplyError`, `BodyTooLarge` among them.
    """
    given = _read(text, "a response", _GIVEN_FIELDS)
    if len(given.body) > most_body_bytes:
        raise BodyTooLarge(f"can be {most_body_bytes:,} bytes at most.", "body")
    return given


def given_to_json(given: Reply) -> str:
    """Return its JSON for the worker where the request is pending."""
    wire = given.to_wire()
    return orjson.dumps({name: wire[name] for name in _GIVEN_FIELDS}).decode()


def read_given(text: str) -> Reply:
    """What `given_to_json` has written; the default where another release on the queue wrote what
    is none here.
    """
    try:
        return _read(text, "a response", _GIVEN_FIELDS)
    except ReplyError as error:
        log.warning("A response is not used: %s", error)
        return Reply()


def _read(text: bytes | str, what: str, fields: Fields) -> Reply:
    """Of JSON that may have these fields alone. Raises `ReplyError`."""
    if isinstance(text, bytes) and len(text) > MAX_STRUCTURE_BYTES:
        _check_structure(text)
    try:
        wire = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ReplyError(f"This is not JSON: {error}.") from None
    if not isinstance(wire, dict):
        raise ReplyError(f"{what.capitalize()} is a JSON object.")
    unknown = set(wire) - set(fields)
    if unknown:
        raise ReplyError(f"no field of {what}; those are {', '.join(fields)}.", min(unknown))
    reply = Reply(**{name: _checked(name, value, fields) for name, value in wire.items()})
    if reply.body and reply.status in BODILESS:
        raise ReplyError(f"a response with status {reply.status} has none.", "body")
    return reply


def _check_structure(text: bytes) -> None:
    """Refuse JSON that is more than a few texts before a parser makes anything of it.

    Millions of empty lists take one half a second, in which nobody else is served.
    """
    # In JSON, a backslash stands in texts only.
    unescaped = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    pieces = unescaped.split(b'"', _MAX_QUOTES)
    structure = sum(map(len, pieces[::2]))
    if len(pieces) > _MAX_QUOTES or structure > MAX_STRUCTURE_BYTES:
        raise ReplyError(
            f"This JSON can have {MAX_STRUCTURE_BYTES:,} bytes outside of its texts at most, and "
            f"{_MAX_QUOTES // 2} texts."
        )


def _checked(name: str, value: object, fields: Fields) -> Any:
    try:
        return fields[name](value)
    except ValueError as error:
        raise ReplyError(f"{error}.", name) from None


def _whole(value: object, least: int, most: int) -> int:
    if type(value) is float and value.is_integer():
        value = int(value)  # 200.0 is an integer, too (JSON Schema 2020-12, section 4.2.3)
    # Not isinstance: a bool is an int.
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"must be a whole number from {least} to {most}")
    return value


def _status(value: object) -> int:
    return _whole(value, 200, 599)


def _times(value: object) -> int | None:
    return None if value is None else _whole(value, 1, MAX_TIMES)


def _delay(value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= MAX_DELAY_SECONDS:  # type: ignore[operator]
        raise ValueError(f"must be a number of seconds from 0 to {MAX_DELAY_SECONDS}")
    return float(value)  # type: ignore[arg-type]


def _cors(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError("must be true or false")
    return value


def _body(value: object) -> bytes:
    content = _whole_body(value)
    if len(content) > MAX_BODY_BYTES:
        raise ValueError(f"can be {MAX_BODY_BYTES:,} bytes at most")
    return content


def _whole_body(value: object) -> bytes:
    if not isinstance(value, dict) or set(value) != {"encoding", "content"}:
        raise ValueError('must look like {"encoding": "utf-8", "content": "…"}')
    return _decoded(value["encoding"], value["content"])


def _decoded(encoding: object, content: object) -> bytes:
    if not isinstance(content, str):
        raise ValueError("content must be text")
    if encoding == "utf-8":
        return content.encode()
    if encoding != "base64":
        raise ValueError("encoding must be utf-8 or base64")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("content is not base64") from None


_FIELDS: Fields = {
    "status": _status,
    "headers": header_lines,
    "body": _body,
    "delay": _delay,
    "times": _times,
    "cors": _cors,
}
_GIVEN_FIELDS: Fields = {"status": _status, "headers": header_lines, "body": _whole_body}
