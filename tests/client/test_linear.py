"""The client reads untrusted text in linear time.

Each pattern has 64 KiB, in up to six places of a request.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.test_linear import Reader, require_linear
from tests.wire_fixture import UUID, samples
from webhook_logger import providers
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.address import Address
from webhook_logger.client.http import HttpResponse
from webhook_logger.client.reading import read
from webhook_logger.client.relay.relayed import forwarded, reply_headers
from webhook_logger.client.relay.retries import retry_seconds
from webhook_logger.client.relay.routes import Routes
from webhook_logger.client.show import format_request
from webhook_logger.client.stream import wire
from webhook_logger.client.stream.digest import Digest

LARGE = 2**16
ROUTES = Routes.parse(("/a=:1", f"{'/a' * 100}=:2"))


def of(**fields: Any) -> CapturedRequest:
    return replace(samples()[0], **fields)


def everywhere(text: str) -> CapturedRequest:
    """Return a request with the text in each place that a sender controls."""
    body = Body(text.encode(), len(text))
    lines = ((text, "1"), *((name, text) for name in ("Cookie", "Connection", "Content-Type", "X")))
    path = f"/{UUID}/{text}"
    return of(path=path, query_string=text, headers=lines, trailers=lines, body=body, host=text)


def multipart(text: str) -> object:
    lines = (("Content-Type", f"multipart/form-data; boundary={text[:1] * 70}"),)
    return read(text.encode("latin-1"), lines)


READERS: dict[str, Reader] = {
    "a displayed request": lambda text: list(
        format_request(everywhere(text), headers=True, body=True).renderables
    ),
    "a digest": lambda text: Digest().add(everywhere(text)),
    "a response's header lines": lambda text: reply_headers(
        HttpResponse(200, (("Connection", text), (text, text)), b"")
    ),
    "a Retry-After": lambda text: retry_seconds(
        1, HttpResponse(503, (("Retry-After", text),), b"")
    ),
    "a routed request": lambda text: ROUTES.match(
        forwarded(of(subpath=f"/{text}", headers=((text, "1"),)), added=(("X", "1"),)).subpath
    ),
    "a multipart body": multipart,
    "a Content-Type": lambda text: read(b"\xff", (("Content-Type", text),)),
    "a Content-Encoding": lambda text: read(b"\xff", (("Content-Encoding", text),)),
    "an XML declaration": lambda text: read(f"<?xml {text}".encode(), ()),
    "a payload": lambda text: wire.captured(everywhere(text).to_wire()),
    "an address": lambda text: Address.of(f"http://a/{text}"),
    "a generic HMAC": lambda text: providers.get("generic").verify(
        of(headers=(("X", text),)), "secret", header="X"
    ),
    "an altered body": lambda text: providers.get("github").verify(
        of(
            headers=(("X-Hub-Signature-256", f"sha256={'0' * 64}"),),
            body=Body(f'["{text}"]'.encode(), len(text)),
        ),
        "secret",
    ),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_reading_takes_linear_time(reader: Reader) -> None:
    require_linear(reader, LARGE)
