"""The response to any handshake is one that a reply could be, and small."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import orjson
from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.fuzz.values import JSON
from tests.wire_fixture import samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.reply.headers import header_lines
from webhook_logger.senders import handshakes
from webhook_logger.senders.capture import IncomingRequest

MAX_BYTES = 8 * 1024
"""One value of 1,024 bytes, each as an escape of six characters in JSON, and a little more."""


def in_query(value: bytes) -> dict[str, Any]:
    text = quote(value)
    query = f"hub.mode=subscribe&hub.challenge={text}&challenge={text}&validationToken={text}"
    return {"method": "GET", "query_string": query}


def in_headers(value: bytes) -> dict[str, Any]:
    text = value.decode("latin-1")
    names = ("WebHook-Request-Origin", "X-Hook-Secret", "X-Front-Challenge")
    return {"method": "OPTIONS", "headers": tuple((name, text) for name in names)}


def in_body(value: Any) -> dict[str, Any]:
    return {"body": body_of({"type": "url_verification", "challenge": value})}


def in_list(value: Any) -> dict[str, Any]:
    headers = (("aeg-event-type", "SubscriptionValidation"),)
    return {"headers": headers, "body": body_of([{"data": {"validationCode": value}}])}


def body_of(value: Any) -> Body:
    content = orjson.dumps(value)
    return Body(content, len(content))


find = handshakes.handshake_finder()

BYTES = st.binary(max_size=1500)
VALUES = JSON | st.text(max_size=1500)
REQUESTS = st.one_of(
    BYTES.map(in_query), BYTES.map(in_headers), VALUES.map(in_body), VALUES.map(in_list)
)


def incoming(request: CapturedRequest) -> IncomingRequest:
    """Return the request as it arrives."""
    environ = {
        "RAW_URI": request.target,
        "SCRIPT_NAME": "",
        "REQUEST_METHOD": request.method,
        "wsgi.url_scheme": request.scheme,
        "SERVER_PROTOCOL": f"HTTP/{request.http_version}",
        "headers_raw": request.headers,
    }
    return IncomingRequest(environ, request.uuid, request.body.content, request.body.size)


@fuzz(fields=REQUESTS)
def test_the_response_to_a_handshake_is_valid_and_small(fields: dict[str, Any]) -> None:
    request: CapturedRequest = replace(
        samples()[0],
        **{"method": "POST", "query_string": "", "headers": (), "body": Body(b"", 0), **fields},
    )
    with patch.object(handshakes.log, "exception", side_effect=AssertionError):
        found = find(incoming(request))
    if found and found.response:
        header_lines([list(line) for line in found.response.headers])
        assert len(found.response.body) <= MAX_BYTES
