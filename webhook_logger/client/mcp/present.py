"""Show captured requests to a model: bounded, decoded, without control characters and secrets."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal

from webhook_logger.captured import Body
from webhook_logger.client.filters import readable, subpath_and_query
from webhook_logger.client.mcp.results import CallbackInfo, WatchHealth
from webhook_logger.client.mcp.untrusted import BodyPart, Message, Row
from webhook_logger.client.mcp.watching import Received, Watched
from webhook_logger.client.reading import read
from webhook_logger.client.show import truncated
from webhook_logger.headers import HeaderLines
from webhook_logger.plain import plain
from webhook_logger.providers import recognise, summarise

MAX_FIELD = 200
"""Maximum characters of a field in a list."""
MAX_HEADER_CHARACTERS = 8000
"""Maximum characters of all header lines of one request."""
MAX_VALUE = 1000
"""Maximum characters of one header value."""
MAX_REPLY = 20_000
"""Maximum characters of the texts of a reply, about."""
MIN_HIDDEN = 6
"""A shorter secret is not replaced, because it can be a part of other words."""

_KEPT = "\n\t"
"""The control characters that bodies keep."""

BodyForm = Literal["auto", "text", "base64", "hex"]


@dataclass(frozen=True, slots=True)
class Presenter:
    """Makes results of requests. It replaces the secrets that it knows."""

    hidden: tuple[str, ...] = ()
    """Secrets of the environment, which no result may contain."""

    def hide(self, text: str) -> str:
        """Replace the secrets in a text."""
        for secret in self.hidden:
            if len(secret) >= MIN_HIDDEN:
                text = text.replace(secret, "[secret]")
        return text

    def row(self, received: Received) -> Row:
        """Return the summary of a request."""
        request, about = received.request, summarise(received.request)
        found = recognise(request)
        return Row(
            number=received.number,
            seq=request.seq,
            received_at=f"{request.received_at:%Y-%m-%dT%H:%M:%S}Z",
            method=self.field(request.method),
            path=self.field(readable(subpath_and_query(request))),
            provider=self.field(about.provider),
            event=self.field(about.event),
            delivery=self.field(found.delivery if found else ""),
            attempt=found.attempt if found else None,
            content_type=self.field(request.media_type),
            size=request.body.size,
            sender=self.field(request.remote_addr),
            status=received.response.status if received.response else None,
        )

    def message(
        self,
        received: Received,
        form: BodyForm,
        offset: int,
        limit: int,
        head: int = MAX_HEADER_CHARACTERS,
    ) -> Message:
        """Return a request with `head` characters of header lines and a part of its body."""
        request = received.request
        headers = self.headers(request.headers, head)
        return Message(
            summary=self.row(received),
            http_version=plain(request.http_version),
            headers=headers,
            headers_left_out=len(request.headers) - len(headers),
            trailers=self.headers(request.trailers, head),
            body=self.body(request.body, request.headers, form, offset, limit),
            response_by=received.response.by if received.response else "",
        )

    def headers(self, lines: HeaderLines, left: int = MAX_HEADER_CHARACTERS) -> list[list[str]]:
        """Return header lines, the first ones if they have more than `left` characters."""
        shown: list[list[str]] = []
        for name, value in lines:
            line = [self.field(name), self.field(readable(value), MAX_VALUE)]
            left -= len(line[0]) + len(line[1])
            if left < 0:
                break
            shown.append(line)
        return shown

    def body(
        self, body: Body, lines: HeaderLines, form: BodyForm, offset: int, limit: int
    ) -> BodyPart:
        """Return a part of a body: as text if it is text and `form` allows it, else encoded."""
        if not body.complete:
            note = f"{body.size} bytes, over the server's limit, so its content was not kept"
            return BodyPart(
                encoding="none", content="", offset=0, total=0, next_offset=None, notes=[note]
            )
        if form in ("auto", "text"):
            reading = read(body.content, lines)
            text = reading.text
            if text is None and form == "text":
                text = body.content.decode("utf-8", "replace")
            if text is not None:
                return self._text(text, offset, limit, reading.notes)
        return self._bytes(body.content, "base64" if form == "base64" else "hex", offset, limit)

    def _text(self, text: str, offset: int, limit: int, notes: Iterable[str]) -> BodyPart:
        text = self.hide(text.replace("\r\n", "\n"))
        part = _fitting(text[offset : offset + limit], limit)
        end = min(offset, len(text)) + len(part)
        return _part("text", plain(part, _KEPT), offset, end, len(text), notes)

    def _bytes(
        self, content: bytes, form: Literal["base64", "hex"], offset: int, limit: int
    ) -> BodyPart:
        for secret in self.hidden:
            if len(secret) >= MIN_HIDDEN:
                content = content.replace(secret.encode(errors="surrogateescape"), b"[secret]")
        size = limit * 3 // 4 if form == "base64" else limit // 3
        part = content[offset : offset + max(size, min(limit, 1))]
        shown = base64.b64encode(part).decode() if form == "base64" else part.hex(" ")
        return _part(form, shown, offset, offset + len(part), len(content), ())

    def field(self, text: str, limit: int = MAX_FIELD) -> str:
        """Return one line of text, without control characters and secrets."""
        return truncated(plain(self.hide(text)), limit)

    def reply(self, reply: dict[str, Any]) -> dict[str, Any]:
        """Return a reply with bounded texts, without control characters and secrets."""
        parts = 1 + sum(len(reply.get(name) or ()) for name in ("rules", "sequence"))
        limit = max(MAX_FIELD, MAX_REPLY // parts)

        def shown(text: str) -> str:
            return truncated(plain(self.hide(readable(text)), _KEPT), limit)

        return {name: changed(value, shown) for name, value in reply.items()}

    def health(self, watched: Watched) -> WatchHealth:
        """Return whether the list of requests is complete."""
        status, losses = watched.inbox.connection, watched.losses
        return WatchHealth(
            state="refused" if watched.failure else status.state,
            reason=self.field(watched.failure or status.reason),
            received=watched.count,
            missed=losses.missed,
            missed_unknown=losses.missed_unknown,
            dropped=losses.dropped,
            refused=losses.refused,
            refusal=self.field(losses.refusal),
        )

    def callback(self, watched: Watched) -> CallbackInfo:
        """Return the addresses and the state of a callback."""
        return CallbackInfo(
            callback=watched.id,
            url=watched.inbox.url,
            page=watched.inbox.view_url,
            health=self.health(watched),
        )


def changed(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with changed texts."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [changed(each, change) for each in value]
    if isinstance(value, dict):
        return {name: changed(each, change) for name, each in value.items()}
    return value


def _fitting(text: str, limit: int) -> str:
    """Return the start of a text that fits into `limit` characters with its escapes, or one."""
    if len(plain(text, _KEPT)) <= limit:
        return text
    lengths = accumulate(len(plain(letter, _KEPT)) for letter in text)
    return text[: max(1, sum(length <= limit for length in lengths))]


def _part(
    encoding: Literal["text", "base64", "hex"],
    content: str,
    offset: int,
    end: int,
    total: int,
    notes: Iterable[str],
) -> BodyPart:
    return BodyPart(
        encoding=encoding,
        content=content,
        offset=offset,
        total=total,
        next_offset=end if end < total else None,
        notes=list(notes),
    )
