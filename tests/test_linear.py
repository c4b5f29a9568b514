"""Every parser of untrusted text takes linear time.

The tests count the steps of Python code. A regular expression counts as one step, regardless of its
duration, so each parser that runs mostly in C also reads a text of 512 KiB. A quadratic parser
needs 10^11 steps for it and does not finish.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

import pytest
from engineio.payload import Payload
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from config import Config
from tests.support.work import awkward, steps
from tests.wire_fixture import UUID, samples
from webhook_logger import providers
from webhook_logger.app import create_app
from webhook_logger.callbacks import canonical_uuid
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.archive.har import entry
from webhook_logger.client.archive.recorded import read_entry
from webhook_logger.client.filters import Filter
from webhook_logger.client.relay.relayed import forwarded
from webhook_logger.client.relay.target import Target
from webhook_logger.errors import Reason
from webhook_logger.metrics import Metrics
from webhook_logger.providers import handshakes
from webhook_logger.reply import Reply, preflight_headers
from webhook_logger.reply.headers import header_lines
from webhook_logger.reply.request_values import RequestValues
from webhook_logger.senders.refusals import Refusals
from webhook_logger.serving import body, head, proxies
from webhook_logger.serving.header_section import HeaderSection
from webhook_logger.serving.limits import ConnectionLimits
from webhook_logger.serving.parsed import MAX_PARSED_CHARACTERS, only_needed
from webhook_logger.viewers.join import Join
from webhook_logger.viewers.transport.packets import NamedPacket
from webhook_logger.viewers.transport.sse import event_of
from webhook_logger.views import events

SIZE = 2**10
LARGE = 2**19
FEW = 8 * SIZE
"""A parser that takes fewer steps than this does not take a Python step per character."""
ANY = ConnectionLimits(target_bytes=2**22, header_bytes=2**22, header_lines=2**22)

IGNORING_SINK: Any = SimpleNamespace(refused=lambda *_: None)
REASON = Reason.NOT_FOUND

Reader = Callable[[str], object]


def request_with(**fields: object) -> CapturedRequest:
    return replace(samples()[0], **fields)


def parsed_head(line: str, *lines: str) -> head.Head:
    raw = "\r\n".join((line, "Host: h", *lines, "", "")).encode("latin-1")
    head.find_end(bytearray(raw), 0, ANY)
    return head.parse(raw, ANY)


def with_content_type(text: str) -> CapturedRequest:
    return request_with(headers=(("Content-Type", text),))


def read_forwarded(key: str, text: str) -> None:
    trusting = proxies.trust_proxies(
        lambda _environ, _: [], "x-forwarded", proxies.Trusted(2, 2, 2)
    )
    trusting({key: text, "headers_raw": ()}, lambda *_: None)


def preflight(text: str) -> object:
    environ = {
        "REQUEST_METHOD": "OPTIONS",
        "HTTP_ORIGIN": text,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": text,
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": text,
    }
    return preflight_headers(environ)


def set_cgi_variables(text: str) -> None:
    section = HeaderSection()
    for part in text.split(text[:1])[:1000]:
        section.on_header(b"X-A", part.encode())
    section.on_header(text.encode(), b"a")
    section.join_repeated()


def hostile_request(text: str, *names: str) -> CapturedRequest:
    """Return a request with the text in its target, in the named header lines and in its body."""
    lines = tuple((name, text) for name in names)
    body = Body(text.encode(), 1)
    return request_with(
        path=f"/{UUID}/{text}", subpath=f"/{text}", query_string=text, headers=lines, body=body
    )


def read_template(text: str, media_type: str = "text/plain") -> Reply:
    body = {"encoding": "utf-8", "content": text}
    headers = [["Content-Type", media_type]]
    return Reply.from_json(json.dumps({"template": True, "headers": headers, "body": body}))


EVERY_VALUE = read_template(
    "{{ json./a/b }}{{ form.a }}{{ query.a }}{{ header.a }}{{ request.body }}", "text/html"
)


def fill_template(text: str) -> None:
    for names in (["A"], ["A", "Content-Type"]):
        EVERY_VALUE.for_request(hostile_request(text, *names))


SIGNED = ("github", "gitlab", "shopify", "slack", "standard-webhooks", "stripe", "twilio")
PATTERNS = ("*", "*a*b", "/*[*[*", "a*" * 500)
RULES = Reply.from_json(
    json.dumps(
        {
            "rules": [
                *({"match": {"subpath": each, "headers": {"A": each}}} for each in PATTERNS),
                *({"match": {"json": {"": each, "/a/b": each}}} for each in PATTERNS),
            ]
        }
    )
).rules

SIGNATURES = (
    *("X-Hub-Signature-256", "X-Gitlab-Token", "X-Shopify-Hmac-Sha256", "X-Slack-Signature"),
    *("Stripe-Signature", "X-Twilio-Signature", "webhook-signature", "webhook-id"),
    *("webhook-timestamp", "X-Slack-Request-Timestamp"),
)


def verify_signatures(text: str) -> None:
    for id_ in SIGNED:
        providers.get(id_).verify(hostile_request(text, *SIGNATURES), "c2VjcmV0")


def recognise(text: str) -> None:
    request = hostile_request(text, "Content-Type", "User-Agent", "X-GitHub-Event")
    providers.recognise(request)
    form = (("Content-Type", "application/x-www-form-urlencoded"), ("X-Twilio-Signature", text))
    providers.recognise(replace(request, headers=form))
    handshakes.find(request)


def read_archive_entry(text: str) -> object:
    lines = [{"name": "A", "value": text}, {"name": "Connection", "value": text}]
    body = {"mimeType": text, "text": text}
    request = {"method": "GET", "url": f"http://h/{text}", "headers": lines, "postData": body}
    return read_entry({"request": request}, 1, ours=True)


READERS: dict[str, Reader] = {
    "a request line's method": lambda text: parsed_head(f"{text} / HTTP/1.1"),
    "a request line's target": lambda text: parsed_head(f"GET /{text} HTTP/1.1"),
    "an absolute target": lambda text: parsed_head(f"GET http://{text} HTTP/1.1"),
    "a request line": parsed_head,
    "a header line": lambda text: parsed_head("GET / HTTP/1.1", text),
    "a header value": lambda text: parsed_head("GET / HTTP/1.1", f"A: {text}"),
    **{
        name: lambda text, name=name: parsed_head("GET / HTTP/1.1", f"{name}: {text}")  # type: ignore[misc]
        for name in ("Connection", "Expect", "Content-Length", "Transfer-Encoding")
    },
    "header lines as CGI variables": set_cgi_variables,
    "a trailer line": lambda text: body._TRAILER_LINE.fullmatch(text.encode("latin-1")),
    "a path with escapes": unquote_to_bytes,
    "X-Forwarded-For": lambda text: read_forwarded("HTTP_X_FORWARDED_FOR", text),
    "X-Forwarded-Host": lambda text: read_forwarded("HTTP_X_FORWARDED_HOST", text),
    "X-Forwarded-Proto": lambda text: read_forwarded("HTTP_X_FORWARDED_PROTO", text),
    "a preflight": preflight,
    "a body for the wire": lambda text: Body(text.encode(), 1).to_wire(),
    "a body as text": lambda text: with_content_type(text).text,
    "a charset": lambda text: with_content_type(f"a/b;charset={text}").text,
    "a media type": lambda text: with_content_type(text).media_type,
    "a query": lambda text: request_with(query_string=text).query,
    "JSON": lambda text: request_with(body=Body(text.encode(), 1)).json(),
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
    "a reply's template": read_template,
    "a reply's JSON template": lambda text: read_template(f'["{text}"]', "application/json"),
    "a reply's expressions": lambda text: read_template(text.replace(",", "{{ now }}")),
    "a request for a template": fill_template,
    "a request for a rule": lambda text: [
        rule.match.holds(RequestValues(hostile_request(text, "A"))) for rule in RULES
    ],
    "Engine.IO's query": parse_qs,
    "Engine.IO's payload": lambda text: Payload(encoded_payload=text),
    "a refused request line": lambda text: Refusals(IGNORING_SINK, Metrics(), "").of_line(
        text, REASON
    ),
    "a request as an archive's entry": lambda text: entry(
        hostile_request(text, "Cookie"), "http://h"
    ),
    "an archive's entry": read_archive_entry,
    "a request that is filtered": lambda text: Filter("a -b").matches(hostile_request(text)),
    "a request that is forwarded": lambda text: Target.at("http://h/a").target_of(
        forwarded(hostile_request(text, "Connection"))
    ),
    "a request's signatures": verify_signatures,
    "a request's provider": recognise,
    "a request's summary": lambda text: providers.summarise(
        hostile_request(text, "SOAPAction", "Content-Type")
    ),
    "a Last-Event-ID": events._position,
    "a server-sent event": lambda text: event_of(f'2["request",{{"uuid":"{text}"}}]'.encode()),
    "a Socket.IO packet": lambda text: NamedPacket(encoded_packet=f"2{text}"),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_parser_takes_linear_time(reader: Reader) -> None:
    require_linear(reader, LARGE)


@pytest.mark.parametrize("piece", ["<Body>- ", "<Body>  \n-", "<a:Body ", "<Body><!--", "<!---->"])
def test_the_operation_of_a_soap_request_is_found_in_linear_time(piece: str) -> None:
    body = Body(piece.encode() * (2**18 // len(piece)), 1)
    request = request_with(headers=(("Content-Type", "application/soap+xml"),), body=body)
    assert providers.summarise(request) == providers.Summary("SOAP")


def require_linear(reader: Reader, large: int) -> None:
    """Check that twice the length takes at most twice the steps, plus a constant."""
    sizes = map(awkward, (SIZE, 2 * SIZE, large // 16, large))
    for once, twice, much, more in zip(*sizes, strict=True):
        count = steps(try_reader, reader, once)
        assert steps(try_reader, reader, twice) <= 2 * count + SIZE, once[:20]
        try_reader(reader, more if count < FEW else much)


def try_reader(reader: Reader, text: str) -> None:
    """Call the reader. It may refuse the text, also in linear time."""
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
def test_routing_a_path_takes_linear_time(app: Any, path: str) -> None:
    def serve(text: str) -> None:
        environ = environ_of(f"/{path}{text}", QUERY_STRING=text)
        list(app.wsgi_app(environ, lambda *_: None))

    try_reader(serve, "the first call initializes caches")
    require_linear(serve, 16 * SIZE)


def test_libraries_receive_only_short_header_values_that_they_need() -> None:
    seen: list[dict[str, Any]] = []
    application = only_needed(lambda environ, _: seen.append(environ) or ())  # type: ignore[func-returns-value]
    needed = {"HTTP_ACCEPT", "HTTP_IF_NONE_MATCH", "HTTP_ORIGIN", "CONTENT_TYPE"}
    names = (*needed, "HTTP_COOKIE", "HTTP_X", "headers_raw", "trailers_raw")
    for length in (MAX_PARSED_CHARACTERS, 2 * MAX_PARSED_CHARACTERS):
        application(environ_of("/", **dict.fromkeys(names, "a" * length)), lambda *_: None)
    assert set(names) & set(seen[0]) == needed
    assert set(names) & set(seen[1]) == {"HTTP_ORIGIN"}
    assert len(seen[1]["HTTP_ORIGIN"]) == MAX_PARSED_CHARACTERS + 1


def test_flask_receives_no_long_header_value(app: Any) -> None:
    for length, page in ((MAX_PARSED_CHARACTERS, True), (MAX_PARSED_CHARACTERS + 1, False)):
        accept = "text/html," + " " * (length - 10)
        body = b"".join(app.wsgi_app(environ_of("/no", HTTP_ACCEPT=accept), lambda *_: None))
        assert (b"<html" in body) == page
