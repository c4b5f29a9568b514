"""The marks of handshakes let them pass, and almost no other request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.wire_fixture import samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.providers.handshake_marks import MAX_HANDSHAKE_BYTES, HandshakeMarks, marks_of
from webhook_logger.providers.rules import Rule


def marks_for(*rules: dict[str, Any]) -> HandshakeMarks:
    return marks_of([Rule.from_json(rule) for rule in rules])


def request(body: bytes = b"", **fields: Any) -> CapturedRequest:
    fields = {"method": "POST", "query_string": "", "headers": (), **fields}
    return replace(samples()[0], body=Body(body, len(body)), **fields)


def may_match(marks: HandshakeMarks, request: CapturedRequest) -> bool:
    return marks.may_match(
        request.method, request.query_string, request.headers, request.body.content
    )


def test_a_request_passes_with_a_mark_of_any_rule() -> None:
    marks = marks_for(
        {"method": "OPTIONS", "headers": {"X-Asks": ""}},
        {"method": "GET", "query": {"hub.mode": "^subscribe$"}},
        {"headers": {"User-Agent": "^Known", "X-Hook-Secret": ""}, "json": {"/challenge": ""}},
        {"json": {"/payload/plainToken": ""}},
    )
    assert may_match(marks, request(method="OPTIONS"))
    assert may_match(marks, request(query_string="a=1&hub.mode=subscribe", method="GET"))
    assert may_match(marks, request(headers=(("Host", "a"), ("x-hook-SECRET", ""))))
    assert may_match(marks, request(b'{"payload": {"plainToken": 1}}'))
    assert not may_match(marks, request(b'{"challenge": 1}', method="GET", query_string="a=1"))
    assert not may_match(marks, request(headers=(("User-Agent", "Known"), ("X-Asks", ""))))


def test_one_word_marks_several_rules_if_possible() -> None:
    marks = marks_for(
        {"json": {"/type": "^url_verification$", "/challenge": ""}},
        {"json": {"/challenge": ""}},
        {"json": {"/event": "^endpoint\\.url_validation$"}},
        {"form": {"event": "^endpoint[.]other_validation$"}},
    )
    assert marks.words == ("challenge", "endpoint.other_validation", "endpoint.url_validation")


def test_a_large_body_has_no_mark() -> None:
    marks = marks_for({"json": {"/challenge": ""}})
    body = b'{"challenge": "1"}'
    assert may_match(marks, request(body.ljust(MAX_HANDSHAKE_BYTES)))
    assert not may_match(marks, request(body.ljust(MAX_HANDSHAKE_BYTES + 1)))


@pytest.mark.parametrize(
    "rule",
    [
        {"method": "POST"},
        {"headers": {"User-Agent": "^Slackbot"}},
        {"json": {"/type": "", "/event": "^a.*b$"}},
        {"json": {"/0/12345678": "^test$"}},
    ],
)
def test_a_rule_that_matches_many_requests_is_an_error(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="too many requests"):
        marks_for(rule)
