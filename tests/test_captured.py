"""The captured request as a value, and on the wire."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire_fixture import FIXTURE, fixture_text, samples
from webhook_logger.captured import Body, CapturedRequest


@pytest.mark.parametrize("request_", samples(), ids=lambda request: request.path)
def test_it_comes_back_from_the_wire_as_it_was(request_: CapturedRequest) -> None:
    assert CapturedRequest.from_wire(json.loads(json.dumps(request_.to_wire()))) == request_


@given(st.binary())
def test_any_body_comes_back_byte_by_byte(content: bytes) -> None:
    body = Body(content, len(content))
    assert Body.from_wire(json.loads(json.dumps(body.to_wire()))) == body


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_readable_text_is_sent_as_text(text: str) -> None:
    assert Body(text.encode(), 0).to_wire()["content"] == text


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, 0x80, 0x9F])
def test_control_characters_but_tab_lf_and_cr_are_sent_as_base64(code: int) -> None:
    encoding = Body(f"a{chr(code)}b".encode(), 0).to_wire()["encoding"]
    assert encoding == ("utf-8" if chr(code) in "\t\n\r" else "base64")


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        samples()[0].method = "PUT"


def test_a_field_that_is_not_known_here_is_left_out() -> None:
    wire = samples()[0].to_wire() | {"from_a_later_version": 1}
    assert CapturedRequest.from_wire(wire) == samples()[0]


def test_being_accepted_gives_it_a_position_and_changes_nothing_else() -> None:
    request = replace(samples()[0], epoch="", seq=0)
    accepted = request.accepted("e", 5)
    assert (accepted.epoch, accepted.seq) == ("e", 5)
    assert replace(accepted, epoch="", seq=0) == request


def test_the_fixture_that_other_languages_read_is_fresh() -> None:
    assert FIXTURE.read_text() == fixture_text(), "run: python -m tests.wire_fixture"
