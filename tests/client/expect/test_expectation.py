"""Expectations hold or not, and explain the closest request."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any
from unittest.mock import ANY

import pytest

from tests.wire_fixture import samples
from webhook_logger.captured import Body
from webhook_logger.client import CapturedRequest
from webhook_logger.client.expect.difference import MAX_SHOWN_LINES
from webhook_logger.client.expect.expectation import Expectation
from webhook_logger.client.signatures import generic, github
from webhook_logger.providers import UnknownProvider, get

SAMPLE = CapturedRequest.from_wire(samples()[0].to_wire())
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
DEEP = b"[" * 5_000 + b"]" * 5_000


TOO_LARGE = Body(b"", 9, complete=False)


def request(content: bytes = b"", **fields: Any) -> CapturedRequest:
    return replace(SAMPLE, **{"headers": (), "body": Body(content, len(content)), **fields})


def explained(received: CapturedRequest, **expected: Any) -> list[str]:
    """Return the lines about a request that does not match."""
    expectation = Expectation(expected)
    assert not expectation.matches(received)
    return expectation.explain([received])[1:]


HOLDS: list[tuple[dict[str, Any], CapturedRequest]] = [
    ({}, request()),
    ({"method": "POST", "subpath": "/a"}, request(method="POST", subpath="/a")),
    ({"subpath": "/Zürich"}, request(subpath="/Zürich".encode().decode("latin-1"))),
    ({"query": {"a": "2"}}, request(query_string="a=1&a=2&b")),
    ({"headers": {"x-a": "2"}}, request(headers=(("X-A", "1"), ("X-A", "2"), ("B", "")))),
    ({"headers": {"x": "ü"}}, request(headers=(("X", "ü".encode().decode("latin-1")),))),
    ({"json": {"a": [1, None]}}, request(b'{"a": [1.0, null]}')),
    ({"json": {"id": ANY, "on": ANY, "in": ANY}}, request(b'{"id": 7, "on": true, "in": {}}')),
    ({"json_contains": {"a": {"b": 1}}}, request(b'{"a": {"b": 1, "c": 2}, "d": 3}')),
    ({"json_contains": [{"a": 1}, 2]}, request(b'[{"a": 1, "b": 2}, 2]')),
    ({"form": {"a": "é"}}, request(b"a=%C3%A9&b=2", headers=FORM)),
    ({"body": b"\xff"}, request(b"\xff")),
    ({"body": "é"}, request("é".encode())),
    ({"body": "é"}, request(gzip.compress("é".encode()), headers=(("Content-Encoding", "gzip"),))),
    ({"provider": "github", "event": "push"}, request(headers=(("X-GitHub-Event", "push"),))),
    ({"where": lambda each: each.seq == 4}, request(seq=4)),
]

FAILS: list[tuple[dict[str, Any], CapturedRequest, str]] = [
    ({"method": "PUT"}, request(method="POST"), "  method: 'POST', expected 'PUT'"),
    ({"event": "push"}, request(), "  event: '', expected 'push'"),
    (
        {"query": {"a": "3"}},
        request(query_string="a=1&a=2"),
        "  query parameter a: '1' and '2', expected '3'",
    ),
    ({"headers": {"X-A": "1"}}, request(), "  header X-A: missing, expected '1'"),
    ({"form": {"a": "1"}}, request(b"a=1"), "  form field a: missing, expected '1'"),
    ({"json": {"a": True}}, request(b'{"a": 1}'), '    -   "a": true'),
    ({"json": [1]}, request(b"[1, 2]"), "    +   2"),
    ({"json": {"a": 1}}, request(b'{"a": 1, "b": 2}'), '    +   "b": 2'),
    ({"json_contains": {"a": {"b": 1}}}, request(b'{"a": {"c": 1}}'), '    -     "b": 1'),
    ({"json_contains": [{"a": 1}]}, request(b'[{"a": 1}, 2]'), "    +   2"),
    ({"json": {1: 2}}, request(b'{"1": 2}'), "only the types of some values differ"),
    ({"json": {}}, request(b"oops"), "    it is 'oops'"),
    ({"json": {}}, request(body=TOO_LARGE), "over the server's limit"),
    ({"body": "a\nb"}, request(b"a\nc"), "    - b"),
    ({"body": b"a"}, request(b"b"), "  body: b'b', expected b'a'"),
    ({"body": b"a"}, request(body=TOO_LARGE), "over the server's limit"),
    ({"where": lambda _: False}, request(), "  where: the function returned a false value"),
    ({"signature": github("hush")}, request(), "  signature: This request has no X-Hub-Signature"),
]


@pytest.mark.parametrize("at", range(len(HOLDS)))
def test_it_holds(at: int) -> None:
    expected, received = HOLDS[at]
    expectation = Expectation(expected)
    assert expectation.matches(received), expectation.explain([received])


@pytest.mark.parametrize("at", range(len(FAILS)))
def test_a_difference_is_explained(at: int) -> None:
    expected, received, line = FAILS[at]
    lines = explained(received, **expected)
    assert [each for each in lines if line in each], lines


def test_a_json_difference_has_the_lines_around_it() -> None:
    received = {"id": "evt_1", "type": "order.created", "total": 12.5, "items": [{"n": 1}]}
    expected = {**received, "total": "12.50", "id": ANY}
    assert explained(request(json.dumps(received).encode()), json=expected) == [
        "  json:",
        "    --- expected",
        "    +++ received",
        '            "n": 1',
        "          }",
        "        ],",
        '    -   "total": "12.50",',
        '    +   "total": 12.5,',
        '        "type": "order.created"',
        "      }",
    ]


def test_long_values_are_shown_from_their_first_difference() -> None:
    long = "x" * 100_000
    line = "  body: from byte 99,960: b'" + "x" * 40 + "b', expected b'" + "x" * 40 + "a'"
    assert explained(request(f"{long}b".encode()), body=f"{long}a".encode()) == [line]
    assert "from character 99,960: " in explained(request(f"{long}b".encode()), body=long)[0]
    lines = explained(
        request(f'{{"id": "{long}b", "n": 1}}'.encode()), json={"id": f"{long}a", "n": 2}
    )
    assert [(each[:15], each[-6:]) for each in lines if "xx" in each] == [
        ('    -   "id": "', 'xxxa",'),
        ('    +   "id": "', 'xxxb",'),
    ]


def test_the_request_with_the_fewest_differences_is_explained() -> None:
    received = [request(seq=1, method="PUT"), request(b"{}", seq=2), request(seq=3, method="PUT")]
    expectation = Expectation({"json": {"a": 1}, "method": received[1].method})
    assert expectation.explain(received)[0] == "Request 2 is the closest. It differs in:"
    assert expectation.explain([]) == []
    matching = request(b'{"a": 1}', seq=4, method=received[1].method)
    late = ["Request 4 matches, but it arrived too late."]
    assert expectation.explain([*received, matching]) == late


def test_hostile_requests_are_escaped_and_bounded() -> None:
    large = json.dumps({str(number): "x" * 1000 for number in range(10_000)}).encode()
    hostile = b'{"a\\u001b[31m": "\\ud800\\u202e"}'
    lines = [
        *explained(request(large), json={"0": 1}),
        *explained(request(DEEP), json=[]),
        *explained(request(hostile), json={}),
        *explained(request(hostile + b"\x1b[31m\n" * 9), body="a\nb"),
        *explained(request(query_string="a=%1B%0A"), query={"a": ""}),
        *explained(request(headers=(("X", "\xc2\x9b"),)), headers={"X": ""}),
        *explained(request(large), body=b""),
    ]
    assert len(lines) < 3 * MAX_SHOWN_LINES
    assert all(line.isprintable() and len(line) < 1000 for line in lines)


def test_no_message_contains_a_secret() -> None:
    secrets = {"Authorization": "hush-1", "Cookie": "hush-2", "X-Api-Key": "hush-3"}
    received = request(headers=tuple((name, "hush-9") for name in secrets))
    expected = {"headers": secrets, "signature": github("hush-4"), "query": {"token": "hush-5"}}
    expectation = Expectation(expected)
    texts = [*explained(received, **expected), str(expectation), repr(expected["signature"])]
    assert "hush" not in "".join(texts)
    assert "  header Cookie: a different value" in texts


def test_an_unknown_keyword_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"'path'\. Did you mean 'subpath'"):
        Expectation({"path": "/a"})
    with pytest.raises(TypeError, match="Use method, "):
        Expectation({"xyz": 1})


def test_a_wrong_value_is_an_error_at_once() -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"headers": [("X", "1")]}, "'headers' must be a dictionary"),
        ({"query": {"page": 1}}, "Each value in 'query' must be a string"),
        ({"signature": "hush"}, "'signature' must be the result of a function"),
        ({"where": True}, "'where' must be a function"),
        ({"body": {}}, "'body' must be bytes or a string"),
        ({"method": None}, "'method' must be a string"),
    ]
    for expected, message in wrong:
        with pytest.raises(TypeError, match=message):
            Expectation(expected)
    with pytest.raises(UnknownProvider, match="Did you mean github"):
        Expectation({"provider": "githib"})


def test_a_signature_is_verified() -> None:
    signed = get("github").sign(get("github").sample("push"), "hush")
    received = request(signed.body, headers=tuple(signed.headers))
    assert Expectation({"signature": github("hush")}).matches(received)
    assert "secret is wrong" in explained(received, signature=github("other"))[0]
    expected = generic("hush", header="X-Hub-Signature-256", prefix="sha256=")
    assert Expectation({"signature": expected}).matches(received)


def test_an_unknown_provider_or_option_is_an_error_at_once() -> None:
    with pytest.raises(UnknownProvider, match="Did you mean github"):
        from webhook_logger.client.signatures import githib  # noqa: F401
    with pytest.raises(ValueError, match="does not have the option “colour”"):
        github("hush", colour="red")


def test_every_provider_has_a_function() -> None:
    from webhook_logger.client import signatures

    names = [name for name in dir(signatures) if name != "SignedBy"]
    assert {"standard_webhooks", "generic"} <= set(names)
    assert all(callable(getattr(signatures, name)) for name in names)
    assert not hasattr(signatures, "__path__")
