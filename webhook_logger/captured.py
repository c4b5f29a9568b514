"""A captured request as an immutable value, and its one form on the wire.

Standard library only: the clients import this without the server.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from webhook_logger import charset, codings
from webhook_logger.codings import Undone
from webhook_logger.headers import HeaderLines

# Unicode's control characters (category Cc) but TAB, LF and CR: a viewer would not see them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ASCII = "".join(map(chr, range(128)))
_UTC = slice(None, -len("+00:00"))  # replaced by Z


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request: the bytes after transfer coding and before content coding."""

    content: bytes
    """Empty where the body was over the limit."""
    size: int
    """In bytes; of a body over the limit the declared length, or what was read of a chunked one."""
    complete: bool = True
    """False where the body was over the limit."""

    def to_wire(self) -> dict[str, Any]:
        """`{size, encoding, content, complete}`; `encoding` is `utf-8` for readable text, else
        `base64`.
        """
        encoding, content = _encode(self.content)
        return {
            "size": self.size,
            "encoding": encoding,
            "content": content,
            "complete": self.complete,
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Body:
        """The inverse of `to_wire`: the same bytes again."""
        if wire["encoding"] == "base64":
            content = base64.b64decode(wire["content"], validate=True)
        else:
            content = wire["content"].encode()
        return cls(content, wire["size"], wire["complete"])


def _encode(content: bytes) -> tuple[str, str]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = None
    if text is None or _CONTROL.search(text):
        return "base64", base64.b64encode(content).decode()
    return "utf-8", text


@dataclass(frozen=True, slots=True)
class CapturedRequest:
    """One HTTP request that reached a callback.

    `method`, `host`, `path`, `subpath`, `query_string`, `headers` and `trailers` are the bytes as
    sent, read as Latin-1, so that `.encode("latin-1")` gives them back.
    """

    uuid: str
    """The callback's UUID, lower-case."""
    id: str
    """A UUIDv7, or what the balancer gave. The same `id` twice is the same request."""
    received_at: datetime
    """When its last byte had arrived, UTC."""
    method: str
    scheme: str
    host: str
    path: str
    """With its percent-escapes, from the first slash, without the query."""
    subpath: str
    """The end of `path` behind the callback's UUID: "" or "/orders"."""
    query_string: str
    """Without its question mark; empty also where there was none."""
    http_version: str
    remote_addr: str
    headers: HeaderLines
    """Every header line, in its order, case and number."""
    body: Body
    epoch: str = ""
    """Empty until the request is accepted."""
    seq: int = 0
    """1, 2, 3 … within the epoch; 0 until the request is accepted."""
    trailers: HeaderLines = ()
    """The lines behind a chunked body (RFC 9112, section 7.1.2), as `headers` are."""

    @property
    def target(self) -> str:
        """The path with the query behind it, as in the request line."""
        return self.path + (self.query_string and f"?{self.query_string}")

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's parameters in their order, decoded; bytes that were sent bare as well."""
        escaped = quote(self.query_string, safe=_ASCII, encoding="latin-1", errors="replace")
        return parse_qsl(escaped, keep_blank_values=True)

    def header(self, name: str, default: str = "") -> str:
        """The value of the first header line of that name, in any case."""
        return next(iter(self.header_lines(name)), default)

    def header_lines(self, name: str) -> list[str]:
        """The values of all header lines of that name, in any case."""
        wanted = name.lower()
        return [value for each, value in self.headers if each.lower() == wanted]

    @property
    def media_type(self) -> str:
        """`application/json` of `Application/JSON; charset=utf-8`; "" where none was sent."""
        return self.header("content-type").partition(";")[0].strip(" \t").lower()

    def undone(self) -> Undone:
        """Undo the content codings of the body, such as gzip, and say what was wrong."""
        return codings.undo(self.body.content, self.header_lines("content-encoding"))

    @property
    def content(self) -> bytes:
        """The body without its content codings; as it came where nothing could be undone."""
        undone = self.undone()
        return undone.content if undone.content or not undone.problem else self.body.content

    @property
    def text(self) -> str:
        """The body without its content codings, by its byte order mark or the charset of its
        Content-Type, else as UTF-8. U+FFFD stands for bytes that are no text.
        """
        return charset.decode(self.content, self.header("content-type"))

    def json(self) -> Any:
        """The body as JSON, without its content codings and by its charset.

        Raises `ValueError` where it is none, or was over the limit.
        """
        if not self.body.complete:
            raise ValueError(f"The body of {self.body.size} bytes was over the server's limit.")
        undone = self.undone()
        if undone.problem and undone.content:
            raise ValueError(undone.problem)
        content = self.body.content if undone.problem else undone.content
        codec = charset.codec_of(content, self.header("content-type"))
        try:
            # Of Unicode's encodings JSON tells by itself which it is (RFC 4627, section 3).
            return json.loads(content if codec.startswith("utf") else content.decode(codec))
        except RecursionError:
            raise ValueError("The JSON is nested too deeply.") from None
        except ValueError as error:
            raise ValueError(undone.problem or str(error)) from error

    def accepted(self, epoch: str, seq: int) -> CapturedRequest:
        """The same request with its position in its callback's stream."""
        return replace(self, epoch=epoch, seq=seq)

    def to_wire(self) -> dict[str, Any]:
        """The payload of the `request` event, its fields in the contract's order."""
        return {
            "uuid": self.uuid,
            "epoch": self.epoch,
            "seq": self.seq,
            "id": self.id,
            "received_at": self.received_at.isoformat(timespec="microseconds")[_UTC] + "Z",
            "method": self.method,
            "scheme": self.scheme,
            "host": self.host,
            "path": self.path,
            "subpath": self.subpath,
            "query_string": self.query_string,
            "http_version": self.http_version,
            "remote_addr": self.remote_addr,
            "headers": [list(line) for line in self.headers],
            **({"trailers": [list(line) for line in self.trailers]} if self.trailers else {}),
            "body": self.body.to_wire(),
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> CapturedRequest:
        """The inverse of `to_wire`; fields that are not known here are left out."""
        # Python 3.10 knows no Z here; strptime would take half of all the time.
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
