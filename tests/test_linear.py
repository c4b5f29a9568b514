"""Everything that reads a stranger's text does so in steps that grow with its length alone.

Python code is held to it by counting its steps. C code (regular expressions above all) is one step
to that count; it gets 256 KiB of each pattern, for which anything quadratic needs 10^10 steps: such
a row would not end.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

import pytest
from engineio.payload import Payload
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from config import Config
from tests.support.work import awkward, steps
from tests.wire_fixture import UUID, samples
from webhook_logger import proxies
from webhook_logger.app import create_app
from webhook_logger.callbacks import canonical_uuid
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.join import Join
from webhook_logger.parsed import MAX_PARSED_CHARACTERS, only_short
from webhook_logger.reply import Reply, preflight_headers
from webhook_logger.reply.headers import header_lines
from webhook_logger.serving import body, connection, head
from webhook_logger.serving.limits import Limits
from webhook_logger.transport.packets import NamedPacket

SIZE = 2**9
LARGE = 2**18
ANY = Limits(target_bytes=2**22, header_bytes=2**22, header_lines=2**22)

Reader = Callable[[str], object]


def of(**fields: object) -> CapturedRequest:
    return replace(samples()[0], **fields)


def headed(line: str, *lines: str) -> head.Head:
    raw = "\r\n".join((line, "Host: h", *lines, "", "")).encode("latin-1")
    head.find_end(bytearray(raw), 0, ANY)
    return head.parse(raw, ANY)


def with_content_type(text: str) -> CapturedRequest:
    return of(headers=(("Content-Type", text),))


def proxied(key: str, text: str) -> None:
    environ = {key: text, "headers_raw": ()}
    proxies.believe(lambda environ, _: [], "x-forwarded", 2)(environ, lambda *_: None)


def preflight(text: str) -> object:
    environ = {
        "REQUEST_METHOD": "OPTIONS",
        "HTTP_ORIGIN": text,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": text,
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": text,
    }
    return preflight_headers(environ)


def cgi(text: str) -> None:
    lines = tuple(("X-A", part) for part in text.split(text[:1])[:1000])
    connection._add_cgi_headers({}, (*lines, (text, "a")))


READERS: dict[str, Reader] = {
    "a request line's method": lambda text: headed(f"{text} / HTTP/1.1"),
    "a request line's target": lambda text: headed(f"GET /{text} HTTP/1.1"),
    "an absolute target": lambda text: headed(f"GET http://{text} HTTP/1.1"),
    "a request line": headed,
    "a header line": lambda text: headed("GET / HTTP/1.1", text),
    "a header value": lambda text: headed("GET / HTTP/1.1", f"A: {text}"),
    **{
        name: lambda text, name=name: headed("GET / HTTP/1.1", f"{name}: {text}")  # type: ignore[misc]
        for name in ("Connection", "Expect", "Content-Length", "Transfer-Encoding")
    },
    "header lines as CGI variables": cgi,
    "a trailer line": lambda text: body._TRAILER_LINE.fullmatch(text.encode("latin-1")),
    "a path with escapes": unquote_to_bytes,
    "X-Forwarded-For": lambda text: proxied("HTTP_X_FORWARDED_FOR", text),
    "X-Forwarded-Host": lambda text: proxied("HTTP_X_FORWARDED_HOST", text),
    "X-Forwarded-Proto": lambda text: proxied("HTTP_X_FORWARDED_PROTO", text),
    "a preflight": preflight,
    "a body for the wire": lambda text: Body(text.encode(), 1).to_wire(),
    "a body as text": lambda text: with_content_type(text).text,
    "a charset": lambda text: with_content_type(f"a/b;charset={text}").text,
    "a media type": lambda text: with_content_type(text).media_type,
    "a query": lambda text: of(query_string=text).query,
    "a path's rest": lambda text: of(path=text).path_below,
    "JSON": lambda text: of(body=Body(text.encode(), 1)).json(),
    "a UUID": canonical_uuid,
    "an epoch": lambda text: Join.from_payload({"uuid": UUID, "epoch": text}),
    "a reply": Reply.from_json,
    "a reply's text": lambda text: Reply.from_json(
        json.dumps({"body": {"encoding": "utf-8", "content": text}})
    ),
    "a reply's base64": lambda text: Reply.from_json(
        json.dumps({"body": {"encoding": "base64", "content": text}})
    ),
    "a reply's header name": lambda text: header_lines([[text, ""]]),
    "a reply's header value": lambda text: header_lines([["A", text]]),
    "Engine.IO's query": parse_qs,
    "Engine.IO's payload": lambda text: Payload(encoded_payload=text),
    "a Socket.IO packet": lambda text: NamedPacket(encoded_packet=f"2{text}"),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_its_steps_grow_with_the_length_alone(reader: Reader) -> None:
    demand_linear(reader)
    for text in awkward(LARGE):
        tried(reader, text)


def demand_linear(reader: Reader) -> None:
    """Twice the length takes twice the steps, but for a few that a call takes anyway."""
    for once, twice in zip(awkward(SIZE), awkward(2 * SIZE), strict=True):
        most = 2 * steps(tried, reader, once) + 200
        assert steps(tried, reader, twice) <= most, once[:20]


def tried(reader: Reader, text: str) -> None:
    """Refused is as good as read, and may take no longer."""
    with suppress(ValueError, RecursionError, HTTPException):
        reader(text)


@pytest.fixture(scope="module")
def app() -> Any:
    return create_app(Config())


def environ_of(path: str, **fields: str) -> dict[str, Any]:
    environ = EnvironBuilder("/").get_environ()
    return {**environ, "PATH_INFO": path, "RAW_URI": path, "wsgi.input": BytesIO(), **fields}


@pytest.mark.parametrize(
    "path",
    ["", "static/", "static/000000000000/", "view/", "api/callbacks/", "docs/", "socket.io/"],
)
def test_a_path_takes_steps_that_grow_with_its_length_alone(app: Any, path: str) -> None:
    def serve(text: str) -> None:
        environ = environ_of(f"/{path}{text}", QUERY_STRING=text)
        list(app.wsgi_app(environ, lambda *_: None))

    tried(serve, "once, for what is made at first use")
    demand_linear(serve)


def test_libraries_get_no_header_value_that_is_long() -> None:
    seen: list[dict[str, Any]] = []
    application = only_short(lambda environ, _: seen.append(environ) or ())  # type: ignore[func-returns-value]
    names = ("HTTP_ACCEPT", "HTTP_IF_NONE_MATCH", "HTTP_COOKIE", "HTTP_ORIGIN", "CONTENT_TYPE")
    for length in (MAX_PARSED_CHARACTERS, MAX_PARSED_CHARACTERS + 1):
        application(environ_of("/", **dict.fromkeys(names, "a" * length)), lambda *_: None)
    assert set(names) <= set(seen[0])
    assert set(names) & set(seen[1]) == {"HTTP_ORIGIN"}


def test_the_app_shows_no_long_header_value_to_flask(app: Any) -> None:
    for length, page in ((MAX_PARSED_CHARACTERS, True), (MAX_PARSED_CHARACTERS + 1, False)):
        accept = "text/html," + " " * (length - 10)
        body = b"".join(app.wsgi_app(environ_of("/no", HTTP_ACCEPT=accept), lambda *_: None))
        assert (b"<html" in body) == page
