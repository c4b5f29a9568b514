"""The captured request as a value and in its wire form."""

from __future__ import annotations

import gzip
import json
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire_fixture import FIXTURE, fixture_text, samples
from webhook_logger.captured import Body, CapturedRequest


@pytest.mark.parametrize("request_", samples(), ids=lambda request: request.path)
def test_a_request_survives_the_wire_form_unchanged(request_: CapturedRequest) -> None:
    assert CapturedRequest.from_wire(json.loads(json.dumps(request_.to_wire()))) == request_


@given(st.binary())
def test_any_body_survives_the_wire_form_byte_by_byte(content: bytes) -> None:
    body = Body(content, len(content))
    assert Body.from_wire(json.loads(json.dumps(body.to_wire()))) == body


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_readable_text_is_sent_as_text(text: str) -> None:
    assert Body(text.encode(), 0).to_wire()["content"] == text


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, 0x80, 0x9F])
def test_control_characters_except_tab_lf_and_cr_are_sent_as_base64(code: int) -> None:
    encoding = Body(f"a{chr(code)}b".encode(), 0).to_wire()["encoding"]
    assert encoding == ("utf-8" if chr(code) in "\t\n\r" else "base64")


def test_a_request_is_immutable() -> None:
    with pytest.raises(FrozenInstanceError):
        samples()[0].method = "PUT"


def test_unknown_fields_are_ignored() -> None:
    wire = samples()[0].to_wire() | {"from_a_later_version": 1}
    assert CapturedRequest.from_wire(wire) == samples()[0]


def test_accepted_sets_only_the_position() -> None:
    request = replace(samples()[0], epoch="", seq=0)
    accepted = request.accepted("e", 5)
    assert (accepted.epoch, accepted.seq) == ("e", 5)
    assert replace(accepted, epoch="", seq=0) == request


def test_the_shared_fixture_is_up_to_date() -> None:
    assert FIXTURE.read_text() == fixture_text(), "run: python -m tests.wire_fixture"


def of(**fields: object) -> CapturedRequest:
    return replace(samples()[0], **fields)


def test_header_names_are_case_insensitive() -> None:
    request = samples()[0]
    assert request.header_lines("X-DUP") == ["1", "2"]
    assert (request.header("x-dup"), request.header("x-none", "no")) == ("1", "no")


def test_the_target_is_raw_and_the_query_is_decoded() -> None:
    request = of(path="/a", query_string="a=1&a=%C3%A9+x&b")
    assert request.target == "/a?a=1&a=%C3%A9+x&b"
    assert request.query == [("a", "1"), ("a", "é x"), ("b", "")]
    assert of(path="/a", query_string="").target == "/a"


def test_an_unescaped_query_is_decoded_as_utf_8() -> None:
    request = of(query_string="city=Zürich%20S&x=\xff".encode().decode("latin-1"))
    assert request.query == [("city", "Zürich S"), ("x", "\xff")]
    assert of(query_string="x=\xff").query == [("x", "\ufffd")]


def test_a_media_type_keeps_bytes_that_only_python_strips() -> None:
    assert of(headers=(("Content-Type", " \tText/Plain\xa0 ;a"),)).media_type == "text/plain\xa0"


def test_json_is_parsed_and_invalid_json_is_an_error() -> None:
    assert samples()[0].json()["type"] == "order.created"
    data = {"name": "Zoë"}
    text = json.dumps(data, ensure_ascii=False)
    for content, lines in (
        (gzip.compress(text.encode()), [("Content-Encoding", "gzip")]),
        (text.encode("latin-1"), [("Content-Type", "application/json; charset=iso-8859-1")]),
        (text.encode("utf-16"), [("Content-Type", "application/json; charset=utf-16")]),
        (text.encode("utf-16-le"), [("Content-Type", "application/json")]),
        (text.encode("utf-8-sig"), []),
        (text.encode(), [("Content-Encoding", "gzip")]),  # wrongly declared
    ):
        request = of(body=Body(content, len(content)), headers=tuple(lines))
        assert request.json() == data
    broken = gzip.compress(text.encode())[:-9]
    request = of(body=Body(broken, len(broken)), headers=(("Content-Encoding", "gzip"),))
    with pytest.raises(ValueError, match="not valid gzip, or is truncated"):
        request.json()
    for content in (b"", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(ValueError, match=r"."):
            of(body=Body(content, len(content))).json()
    with pytest.raises(ValueError, match="over the server's limit"):
        of(body=Body(b"", 5_000_000, complete=False)).json()
