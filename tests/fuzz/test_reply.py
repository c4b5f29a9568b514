"""Any JSON is a valid reply or is refused, and senders receive exactly the reply."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import h11
from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.fuzz.values import JSON
from tests.wire_fixture import samples
from webhook_logger.captured import Body
from webhook_logger.headers import FIELD_VALUE, may_set
from webhook_logger.reply import (
    Reply,
    ReplyError,
    allowed_origin,
    read_response,
    replied,
    response_from_json,
    response_to_json,
)
from webhook_logger.reply.fields import MAX_BODY_BYTES
from webhook_logger.reply.value import STATUSES_WITHOUT_BODY
from webhook_logger.serving.response import Response

NAMES = st.text(max_size=12) | st.sampled_from(
    [
        *("Access-Control-Allow-Origin", "access-control-allow-credentials"),
        *("Content-Type", "Location", "Set-Cookie", "X-Accel-Redirect"),
    ]
)
ORIGINS = ("access-control-allow-origin", "access-control-allow-credentials")
"""Each of these occurs at max_bytes once, unless the reply switches CORS off."""
TEXTS = st.text(max_size=12) | st.binary(max_size=12).map(lambda raw: raw.decode("latin-1"))
FIELDS = {
    "status": st.integers(199, 600),
    "headers": st.lists(st.tuples(NAMES, TEXTS).map(list), max_size=4),
    "body": st.fixed_dictionaries(
        {"encoding": st.sampled_from(["utf-8", "base64"]), "content": st.text(max_size=12)}
    ),
    "delay": st.floats(0, 31),
    "times": st.none() | st.integers(0, 2_000_000),
    "cors": st.booleans(),
    "template": st.booleans(),
    "used": st.integers(-1, 4),
}
PART = st.fixed_dictionaries(
    {}, optional={name: FIELDS[name] for name in ("status", "headers", "body", "template")}
)
MATCH = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["POST", "a b"]),
        "subpath": st.text(max_size=6),
        "headers": st.dictionaries(NAMES, st.text(max_size=6), max_size=2),
        "json": st.dictionaries(st.sampled_from(["", "/a", "/a/0", "a"]), JSON, max_size=2),
    },
)
FIELDS["rules"] = st.lists(
    st.builds(lambda match, part: {"match": match, **part}, MATCH, PART), max_size=3
)
FIELDS["sequence"] = st.lists(FIELDS["status"] | PART, max_size=3)
NEARLY = st.fixed_dictionaries(
    {}, optional={name: field | JSON for name, field in FIELDS.items()}
) | st.dictionaries(st.sampled_from(list(FIELDS)) | st.text(max_size=8), JSON, max_size=4)


@fuzz(text=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_reply_or_refused(text: bytes) -> None:
    with suppress(ReplyError):
        Reply.from_json(text)


@fuzz(wire=NEARLY)
def test_an_accepted_reply_is_equal_after_its_wire_form_is_read(wire: dict[str, Any]) -> None:
    with suppress(ReplyError):
        reply = Reply.from_json(json.dumps(wire))
        assert Reply.from_json(json.dumps(reply.to_wire())) == reply
        assert all(may_set(name) for name, _ in reply.headers)
        assert reply.for_request(samples()[0], reply.left).cors is reply.cors


@fuzz(wire=NEARLY)
def test_a_reply_is_sent_as_one_response_with_its_header_lines(
    wire: dict[str, Any],
) -> None:
    with suppress(ReplyError):
        reply = Reply.from_json(json.dumps(wire))
        response = Response()
        response.write(replied(reply, 1, allowed_origin({}, reply))({}, response))
        response, body, rest = read(response.render("GET", keep_alive=True)[0])
        assert (response.status_code, rest) == (reply.status, b"")
        assert body == (b"" if reply.status in STATUSES_WITHOUT_BODY else reply.body)
        lines = [
            (n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers.raw_items()
        ]
        left = ORIGINS if reply.cors else ()
        asked = [line for line in reply.headers if line[0].lower() not in left]
        allowed = [name.lower() for name, _ in lines].count(ORIGINS[0])
        own = [name.lower() for name, _ in reply.headers].count(ORIGINS[0])
        assert allowed == (1 if reply.cors else own)
        assert [line for line in lines if line in asked] == asked
        assert [name for name, _ in lines].count("Content-Security-Policy") == 1


PIECES = st.sampled_from(
    [
        *("{{ json./a }}", "{{json}}", "{{ query.a }}", "{{ header.a }}", "{{ form.a }}"),
        *("{{ now }}", "{{ request.body }}", "{{ x }}", '{{ "{{" }}', "{{", "}}", '"'),
        *("\\", "\\u00", "[", "]", ",", ":", "{", "}", "a", "1", "\n"),
    ]
)
TEMPLATES = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)
MEDIA_TYPES = st.sampled_from(["application/json", "text/html", "text/plain"])
HEADS = st.text(st.characters(max_codepoint=255), max_size=12)


@fuzz(template=TEMPLATES, head=TEMPLATES, media_type=MEDIA_TYPES, value=JSON, text=HEADS)
def test_a_template_is_refused_or_makes_a_valid_response(
    template: str, head: str, media_type: str, value: Any, text: str
) -> None:
    content = json.dumps({"a": value}).encode() if value else text.encode()
    lines = (("A", text), ("Content-Type", "application/x-www-form-urlencoded"))
    body = Body(content, len(content))
    request = replace(samples()[0], query_string=f"a={text}", headers=lines, body=body)
    wire = {
        "template": True,
        "headers": [["Content-Type", media_type], ["A", head]],
        "body": {"encoding": "utf-8", "content": template},
    }
    with suppress(ReplyError):
        reply = Reply.from_json(json.dumps(wire))
        filled = reply.for_request(request)
        assert all(FIELD_VALUE.fullmatch(value) for _, value in filled.headers)
        assert len(filled.body) <= MAX_BODY_BYTES
        if media_type == "application/json" and reply.template and reply.template.body.slots:
            json.loads(filled.body)
        if media_type == "text/html" and not set(template) & set("<>"):
            assert not set(filled.body) & set(b"<>")


@fuzz(text=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_live_response_or_refused(text: bytes) -> None:
    with suppress(ReplyError):
        response_from_json(text, 64)


@fuzz(wire=NEARLY, max_bytes=st.integers(0, 12))
def test_an_accepted_live_response_is_unchanged_when_it_is_read(
    wire: dict[str, Any], max_bytes: int
) -> None:
    with suppress(ReplyError):
        given = response_from_json(json.dumps(wire), max_bytes)
        assert read_response(response_to_json(given)) == given
        assert len(given.body) <= max_bytes
        assert set(wire) <= {"status", "headers", "body"}


def read(data: bytes) -> tuple[h11.Response, bytes, bytes]:
    """Parse the data with h11. Return the response, its body and the bytes after it."""
    peer = h11.Connection(h11.CLIENT)
    peer.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
    peer.send(h11.EndOfMessage())
    peer.receive_data(data)
    response, body = peer.next_event(), b""
    assert isinstance(response, h11.Response)
    while isinstance(event := peer.next_event(), h11.Data):
        body += bytes(event.data)
    assert isinstance(event, h11.EndOfMessage)
    return response, body, peer.trailing_data[0]
