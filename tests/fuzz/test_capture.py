"""A captured request survives the conversion to the wire form and back, byte for byte."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import orjson
from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.support.contract.documents import require_valid, validator
from webhook_logger.captured import CapturedRequest
from webhook_logger.delivery.events import members_of
from webhook_logger.senders.capture import capture

UUID = "00000000-0000-4000-8000-000000000000"
LATIN_1 = st.binary(max_size=30).map(lambda raw: raw.decode("latin-1"))
LINES = st.lists(st.tuples(LATIN_1, LATIN_1), max_size=4)
MAX = 50
BODY = validator("asyncapi.yaml", {"$ref": "#/components/schemas/Body"})


@fuzz(
    target=LATIN_1,
    method=LATIN_1,
    host=LATIN_1,
    lines=LINES,
    body=st.binary(),
    chunked=st.booleans(),
)
def test_a_captured_request_is_equal_after_its_wire_form_is_read(
    target: str,
    method: str,
    host: str,
    lines: list[tuple[str, str]],
    body: bytes,
    chunked: bool,
) -> None:
    environ: dict[str, Any] = {
        "RAW_URI": f"/{UUID}{target}",
        "SCRIPT_NAME": "",
        "REQUEST_METHOD": method,
        "HTTP_HOST": host,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "headers_raw": tuple(lines),
        **({"wsgi.input_terminated": True} if chunked else {"CONTENT_LENGTH": str(len(body))}),
    }
    received = capture(environ, UUID, MAX)
    captured = received.captured()
    wire = orjson.loads(orjson.dumps(captured.to_wire()))
    published = orjson.loads(b"{%b}" % members_of(received))
    assert published == {name: wire[name] for name in wire if name not in ("uuid", "epoch", "seq")}
    assert list(published) == list(wire)[3:]
    assert CapturedRequest.from_wire(wire) == captured
    require_valid(BODY, wire["body"], "the body")
    assert captured.body.complete == (len(body) <= MAX)
    assert captured.body.content == (body if captured.body.complete else b"")
    assert captured.headers == tuple(lines)
    assert (
        "?".join([captured.path, *[captured.query_string] * ("?" in target)]) == f"/{UUID}{target}"
    )
    assert captured.subpath == target.partition("?")[0]
