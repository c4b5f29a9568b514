"""The conditions of rules: which requests they match."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.wire_fixture import samples
from webhook_logger.captured import Body
from webhook_logger.reply.request_match import RequestMatch, TextPattern
from webhook_logger.reply.request_values import RequestValues

CONTENT = (
    b'{"s": "text", "n": 1, "big": 1.0, "t": true, "z": null, "o": {"a": [2]}, "e": "", '
    b'"id": 12345678901234567890}'
)
REQUEST = replace(
    samples()[0],
    method="POST",
    subpath="/orders/\xc3\xa9",
    headers=(("X-Event", "ping"), ("x-event", "push.main"), ("X-Empty", "")),
    body=Body(CONTENT, len(CONTENT)),
)

PATTERNS = [
    ("", "", True),
    ("", "a", False),
    ("a", "a", True),
    ("a", "ab", False),
    ("*", "", True),
    ("*", "a/b\n", True),
    ("a*", "a", True),
    ("a*", "ba", False),
    ("*a", "ba", True),
    ("a*a", "a", False),
    ("a*a", "aa", True),
    ("ab*ba", "aba", False),
    ("/a/*/c", "/a/b/b/c", True),
    ("*a*b*", "xbxaxbx", True),
    ("*a*b*", "xbxax", False),
    ("*ab*ab", "ab", False),
    ("*ab*ab", "abab", True),
    ("**", "x", True),
    ("[a].?", "[a].?", True),
    ("[a].?", "a.?", False),
]

MATCHES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"method": "POST"}, True),
    ({"method": "post"}, False),
    ({"subpath": "/orders/*"}, True),
    ({"subpath": "/orders/é"}, True),
    ({"subpath": "/orders"}, False),
    ({"headers": {"X-EVENT": "ping"}}, True),
    ({"headers": {"X-Event": "push.*"}}, True),
    ({"headers": {"X-Event": "pu"}}, False),
    ({"headers": {"X-Empty": "*"}}, True),
    ({"headers": {"X-None": "*"}}, False),
    ({"json": {"/s": "te*"}}, True),
    ({"json": {"/s": "te"}}, False),
    ({"json": {"/n": 1, "/big": 1, "/t": True, "/z": None, "/o/a/0": 2}}, True),
    ({"json": {"/n": "1", "/t": "true", "/o/a": "*", "/e": ""}}, True),
    ({"json": {"/id": "12345678901234567890"}}, True),
    ({"json": {"/n": True}}, False),
    ({"json": {"/t": 1}}, False),
    ({"json": {"/s": None}}, False),
    ({"json": {"/missing": None}}, True),
    ({"json": {"/missing": "*"}}, False),
    ({"json": {"/z": "*"}}, False),
    ({"json": {"": "{*}"}}, True),
    ({"method": "POST", "subpath": "/x", "json": {"/s": "text"}}, False),
]


@pytest.mark.parametrize(("pattern", "text", "matches"), PATTERNS)
def test_a_star_matches_any_characters(pattern: str, text: str, matches: bool) -> None:
    assert TextPattern(pattern).matches(text) is matches


@pytest.mark.parametrize(("match", "holds"), MATCHES, ids=str)
def test_all_conditions_must_hold(match: dict[str, Any], holds: bool) -> None:
    found = RequestMatch.from_json(match)
    assert found.wire == match
    assert found.holds(RequestValues(REQUEST)) is holds
