"""The reply of a callback as a value, and the validation of what its user asks for."""

from __future__ import annotations

import base64
import binascii
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from webhook_logger.captured import Body

MOST_BODY_BYTES = 64 * 1024
MOST_HEADERS = 64
MOST_HEADER_BYTES = 8 * 1024
MOST_DELAY_SECONDS = 30
MOST_TIMES = 1_000_000
BODILESS = (204, 205, 304)

Headers = tuple[tuple[str, str], ...]

# What is ours on every answer, what frames it or belongs to the connection, and what would act on
# the origin that callbacks share with the dashboard.
FORBIDDEN = frozenset(
    (
        *("x-content-type-options", "content-security-policy", "cache-control", "webhook-viewers"),
        *("content-security-policy-report-only", "date", "content-length", "transfer-encoding"),
        *("connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"),
        *("proxy-authenticate", "proxy-authentication-info", "set-cookie", "set-cookie2"),
        *("clear-site-data", "strict-transport-security", "nel", "report-to"),
        *("reporting-endpoints", "alt-svc", "service-worker-allowed"),
        # Browsers keep these for the origin, too: hints that it gets from then on, whether one is
        # logged in there, sessions, and keys.
        *("accept-ch", "accept-ch-lifetime", "critical-ch", "set-login", "public-key-pins"),
        *("sec-session-registration", "secure-session-registration", "expect-ct"),
        # Load balancers obey these: nginx serves another of its files, others a file of the disk.
        *("x-sendfile", "x-lighttpd-send-file", "x-reproxy-url"),
    )
)
FORBIDDEN_PREFIX = "x-accel-"

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110, section 5.5


log = logging.getLogger(__name__)


class ReplyError(ValueError):
    """That can be no reply; the message names the field, and is a sentence for its user."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a callback answers to its senders; without arguments what it does by default."""

    status: int = 200
    """200 to 599."""
    headers: Headers = ()
    """As they are sent, besides those of every answer."""
    body: bytes = b""
    delay: float = 0.0
    """In seconds, before the answer."""
    times: int | None = None
    """For how many requests more; None for all."""
    cors: bool = True
    """Whether pages of other origins may call the callback, and preflights are answered."""

    @classmethod
    def from_json(cls, text: bytes | str) -> Reply:
        """Raises `ReplyError`. Fields that are not there have their defaults."""
        try:
            wire = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise ReplyError(f"This is not JSON: {error}.") from None
        if not isinstance(wire, dict):
            raise ReplyError("A reply is a JSON object.")
        unknown = set(wire) - set(_FIELDS)
        if unknown:
            known = ", ".join(_FIELDS)
            raise ReplyError(f"{min(unknown)}: no field of a reply; those are {known}.")
        reply = cls(**{name: _checked(name, value) for name, value in wire.items()})
        if reply.body and reply.status in BODILESS:
            raise ReplyError(f"body: an answer with status {reply.status} has none.")
        return reply

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


# Most callbacks have the same reply for many requests; so many of them, text and body, are 25 MiB
# at most.
@lru_cache(maxsize=64)
def read_kept(text: str) -> Reply:
    """A reply as it was kept; the default where that is none any more, since what may be one can
    differ between two releases on one queue, and a request that was published gets no error.
    """
    try:
        return Reply.from_json(text)
    except ReplyError as error:
        log.warning("A kept reply is not used: %s", error)
        return Reply()


def _checked(name: str, value: object) -> Any:
    try:
        return _FIELDS[name](value)
    except ValueError as error:
        raise ReplyError(f"{name}: {error}.") from None


def _whole(value: object, least: int, most: int) -> int:
    # bool is an int, and 200.0 equals 200.
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"must be a whole number from {least} to {most}")
    return value


def _status(value: object) -> int:
    return _whole(value, 200, 599)


def _times(value: object) -> int | None:
    return None if value is None else _whole(value, 1, MOST_TIMES)


def _delay(value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= MOST_DELAY_SECONDS:  # type: ignore[operator]
        raise ValueError(f"must be a number of seconds from 0 to {MOST_DELAY_SECONDS}")
    return float(value)  # type: ignore[arg-type]


def _cors(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError("must be true or false")
    return value


def _headers(value: object) -> Headers:
    if not isinstance(value, list) or not all(map(_is_pair, value)):
        raise ValueError('must be a list of pairs, as in [["Content-Type", "text/plain"]]')
    if len(value) > MOST_HEADERS:
        raise ValueError(f"can be {MOST_HEADERS} at most")
    lines = tuple(_header(name, text) for name, text in value)
    if sum(len(name) + len(text) for name, text in lines) > MOST_HEADER_BYTES:
        raise ValueError(f"can be {MOST_HEADER_BYTES:,} bytes at most")
    return lines


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(part) is str for part in value)


def _header(name: str, value: str) -> tuple[str, str]:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a header")
    if name.lower() in FORBIDDEN or name.lower().startswith(FORBIDDEN_PREFIX):
        raise ValueError(f"{name} may not be set by a reply")
    if not _VALUE.fullmatch(value):
        raise ValueError(f"the value of {name} has a character that no header can have")
    return name, value.strip(" \t")


def _body(value: object) -> bytes:
    if not isinstance(value, dict) or set(value) != {"encoding", "content"}:
        raise ValueError('must look like {"encoding": "utf-8", "content": "…"}')
    content = _decoded(value["encoding"], value["content"])
    if len(content) > MOST_BODY_BYTES:
        raise ValueError(f"can be {MOST_BODY_BYTES:,} bytes at most")
    return content


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


_FIELDS: dict[str, Callable[[object], Any]] = {
    "status": _status,
    "headers": _headers,
    "body": _body,
    "delay": _delay,
    "times": _times,
    "cors": _cors,
}
