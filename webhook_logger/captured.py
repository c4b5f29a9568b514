"""A captured request as an immutable value, and its wire form.

This module needs only the standard library, because the clients import it without the server.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, quote

from webhook_logger import charset, codings
from webhook_logger.codings import Decoded
from webhook_logger.headers import HeaderLines

if TYPE_CHECKING:
    from typing_extensions import Self

# Viewers can't see control characters (Unicode category Cc), except TAB, LF and CR. In UTF-8, those
# of the C0 set and DEL are one byte, and those of the C1 set are two, of which the first is 0xC2.
_C0 = bytes((*range(9), 11, 12, *range(14, 32), 127))
_C1 = re.compile("[\x80-\x9f]")
_FIRST_OF_C1 = b"\xc2"
_ASCII = "".join(map(chr, range(128)))
_UTC = slice(None, -len("+00:00"))  # replaced with Z


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request, without transfer coding and with its content codings."""

    content: bytes
    """Empty if the body was over the limit."""
    size: int
    """In bytes. Over the limit: the declared length, or the bytes read from a chunked body."""
    complete: bool = True
    """False if the body was over the limit."""

    def to_wire(self) -> dict[str, Any]:
        """Return `{size, encoding, content, complete}`.

        `encoding` is `utf-8` for readable text, else `base64`.
        """
        return wire_of_body(self.content, self.size, self.complete)

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Body:
        """Read the wire form; the inverse of `to_wire`."""
        if wire["encoding"] == "base64":
            content = base64.b64decode(wire["content"], validate=True)
        else:
            content = wire["content"].encode()
        return cls(content, wire["size"], wire["complete"])


def wire_of_body(content: bytes, size: int, complete: bool) -> dict[str, Any]:
    """Return the wire form of the body with these fields."""
    encoding, text = _encode(content)
    return {"size": size, "encoding": encoding, "content": text, "complete": complete}


def _encode(content: bytes) -> tuple[str, str]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = None
    if text is None or _has_control(content, text):
        return "base64", base64.b64encode(content).decode()
    return "utf-8", text


def _has_control(content: bytes, text: str) -> bool:
    # To delete them all takes a fifth of the time of a search for the first one.
    if len(content.translate(None, _C0)) != len(content):
        return True
    return _FIRST_OF_C1 in content and _C1.search(text) is not None


def query_pairs(query_string: str) -> list[tuple[str, str]]:
    """Return the decoded parameters of a raw query, in order."""
    escaped = quote(query_string, safe=_ASCII, encoding="latin-1", errors="replace")
    return parse_qsl(escaped, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class CapturedRequest:
    """One HTTP request that reached a callback.

    `method`, `host`, `path`, `subpath`, `query_string`, `headers` and `trailers` are the bytes as
    sent, decoded as Latin-1, so that `.encode("latin-1")` returns the original bytes.
    """

    uuid: str
    """The callback's UUID, in lower case."""
    id: str
    """A UUIDv7, or the id from the load balancer. Equal ids mean the same request."""
    received_at: datetime
    """The time of arrival of the last byte, in UTC."""
    method: str
    scheme: str
    host: str
    path: str
    """The raw path without the query, from the first slash."""
    subpath: str
    """The part of `path` after the callback's UUID: "" or "/orders"."""
    query_string: str
    """The raw query without its question mark; empty if there is no query."""
    http_version: str
    remote_addr: str
    headers: HeaderLines
    """All header lines as (name, value), in the original order and case."""
    body: Body
    epoch: str = ""
    """Empty until the request is accepted."""
    seq: int = 0
    """1, 2, 3 … within the epoch; 0 until the request is accepted."""
    trailers: HeaderLines = ()
    """The lines after a chunked body (RFC 9112, section 7.1.2), like `headers`."""

    @property
    def target(self) -> str:
        """The path and the query, as in the request line."""
        return self.path + (self.query_string and f"?{self.query_string}")

    @property
    def query(self) -> list[tuple[str, str]]:
        """The decoded parameters of the query, in order."""
        return query_pairs(self.query_string)

    def header(self, name: str, default: str = "") -> str:
        """Return the value of the first header line with this name, case-insensitive."""
        return next(iter(self.header_lines(name)), default)

    def header_lines(self, name: str) -> list[str]:
        """Return the values of all header lines with this name, case-insensitive."""
        wanted = name.lower()
        return [value for each, value in self.headers if each.lower() == wanted]

    @property
    def media_type(self) -> str:
        """The media type in lower case, such as `application/json`; "" if none was sent."""
        return self.header("content-type").partition(";")[0].strip(" \t").lower()

    def decoded(self) -> Decoded:
        """Return the body without its content codings, such as gzip, and any error."""
        return codings.decode(self.body.content, self.header_lines("content-encoding"))

    @property
    def content(self) -> bytes:
        """The body without its content codings, or as sent if it cannot be decoded."""
        decoded = self.decoded()
        return decoded.content if decoded.content or not decoded.problem else self.body.content

    @property
    def text(self) -> str:
        """The body as text, without its content codings.

        The charset is that of the byte order mark or Content-Type, else UTF-8. U+FFFD replaces
        invalid bytes.
        """
        return charset.decode(self.content, self.header("content-type"))

    def json(self) -> Any:
        """Parse the body as JSON, after decoding its content codings and charset.

        Raises `ValueError` if it is not JSON, or if the body was over the limit.
        """
        __tracebackhide__ = True  # pytest shows the line of the test that called it
        if not self.body.complete:
            raise ValueError(f"The body of {self.body.size} bytes was over the server's limit.")
        decoded = self.decoded()
        if decoded.problem and decoded.content:
            raise ValueError(decoded.problem)
        content = self.body.content if decoded.problem else decoded.content
        codec = charset.codec_of(content, self.header("content-type"))
        try:
            # `loads` detects UTF-8, UTF-16 and UTF-32 (RFC 4627, section 3).
            return json.loads(content if codec.startswith("utf") else content.decode(codec))
        except RecursionError:
            raise ValueError("The JSON is nested too deeply.") from None
        except ValueError as error:
            raise ValueError(decoded.problem or str(error)) from None

    def accepted(self, epoch: str, seq: int) -> CapturedRequest:
        """Return the same request with its position in the callback's stream."""
        return replace(self, epoch=epoch, seq=seq)

    def to_wire(self) -> dict[str, Any]:
        """Return the payload of the `request` event, its fields in the order of the contract."""
        wire = {"uuid": self.uuid, "epoch": self.epoch, "seq": self.seq, **self.members()}
        for name in ("headers", "trailers"):
            if name in wire:
                wire[name] = [list(line) for line in wire[name]]
        return wire

    def members(self) -> dict[str, Any]:
        """Return the payload without the request's position. Its header lines are tuples."""
        received_at = self.received_at.isoformat(timespec="microseconds")[_UTC] + "Z"
        return members_of_event(self, received_at, self.body.to_wire())

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """Read the wire form; the inverse of `to_wire`. Unknown fields are ignored."""
        # Python 3.10 does not accept Z here, and strptime is slow.
        received_at = datetime.fromisoformat(wire["received_at"].removesuffix("Z") + "+00:00")
        plain = (
            "uuid",
            "id",
            "method",
            "scheme",
            "host",
            "path",
            "subpath",
            "query_string",
            "http_version",
            "remote_addr",
        )
        return cls(
            **{name: wire[name] for name in plain},
            received_at=received_at,
            headers=tuple((name, value) for name, value in wire["headers"]),
            body=Body.from_wire(wire["body"]),
            epoch=wire["epoch"],
            seq=wire["seq"],
            trailers=tuple((name, value) for name, value in wire.get("trailers", ())),
        )


class RequestFields(Protocol):
    """The fields that a request and its event share."""

    @property
    def id(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def subpath(self) -> str: ...
    @property
    def query_string(self) -> str: ...
    @property
    def http_version(self) -> str: ...
    @property
    def remote_addr(self) -> str: ...
    @property
    def headers(self) -> HeaderLines: ...
    @property
    def trailers(self) -> HeaderLines: ...


def members_of_event(
    request: RequestFields, received_at: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Return the payload of the `request` event after `uuid`, `epoch` and `seq`, in the order of
    the contract.
    """
    members: dict[str, Any] = {
        "id": request.id,
        "received_at": received_at,
        "method": request.method,
        "scheme": request.scheme,
        "host": request.host,
        "path": request.path,
        "subpath": request.subpath,
        "query_string": request.query_string,
        "http_version": request.http_version,
        "remote_addr": request.remote_addr,
        "headers": request.headers,
    }
    if request.trailers:
        members["trailers"] = request.trailers
    members["body"] = body
    return members
