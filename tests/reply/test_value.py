"""Valid and invalid replies, and the error messages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.wire_fixture import samples
from webhook_logger.reply import (
    BodyTooLarge,
    Reply,
    ReplyError,
    fields,
    read_response,
    response_from_json,
    response_to_json,
)

DEFAULT = {
    "status": 200,
    "headers": [],
    "body": {"encoding": "utf-8", "content": ""},
    "delay": 0.0,
    "times": None,
    "cors": True,
}
FULL = {
    "status": 503,
    "headers": [["Content-Type", "text/plain"], ["X-Twice", "1"], ["X-Twice", "2"]],
    "body": {"encoding": "base64", "content": "AP8="},
    "delay": 1.5,
    "times": 3,
    "cors": False,
}

PART = {name: FULL[name] for name in ("status", "headers", "body", "delay")}
TEXT = {"encoding": "utf-8", "content": "{{ uuid }}"}

# Parsers take half a second for 6 MiB of each.
EXPENSIVE = {
    "lists": b'{"headers": [' + b"[]," * 30_000 + b"[]]}",
    "fields": b"{" + b",".join(b'"%x": 1' % number for number in range(10_000)) + b"}",
    "numbers": b'{"headers": [' + b"1," * 40_000 + b"1]}",
    "strings": b'{"headers": [' + b'"",' * 30_000 + b'""]}',
    "blanks": b'{"status": 200' + b" " * 70_000 + b"}",
    "quotes that are escaped": b'{"headers": ["\\\\"' + b',""' * 30_000 + b"]}",
}


@pytest.mark.parametrize("text", EXPENSIVE.values(), ids=EXPENSIVE)
def test_expensive_json_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch, text: bytes
) -> None:
    monkeypatch.delattr(fields, "orjson")
    for read in (Reply.from_json, lambda text: response_from_json(text, 2**20)):
        with pytest.raises(ReplyError):
            read(text)


@pytest.mark.parametrize("letter", ["a", '"', "\\", "é", "\n", "[1,2],"])
def test_a_long_text_is_not_expensive(letter: str) -> None:
    content = letter * (60_000 // len(letter))
    for ascii_only in (True, False):
        wire = {"body": {"encoding": "utf-8", "content": content}, "headers": [["A", "b"]] * 64}
        text = json.dumps(wire, ensure_ascii=ascii_only).encode()
        assert response_from_json(text, 2**20).body == content.encode()


SEVENTEEN = {f"X-{number}": "*" for number in range(17)}
GIVEN = ("status", "headers", "body")

WRONG: dict[str, tuple[str, Any]] = {
    "status below": ("status", 199),
    "status above": ("status", 600),
    "status as text": ("status", "200"),
    "status true": ("status", True),
    "status with a point": ("status", 200.5),
    "status beyond any integer": ("status", 1e300),
    "status null": ("status", None),
    "headers as an object": ("headers", {"A": "b"}),
    "a header that is not a pair": ("headers", [["A"]]),
    "a header of numbers": ("headers", [["A", 1]]),
    "a name with a colon": ("headers", [["A:", "b"]]),
    "a name with a line end": ("headers", [["A\r\nB", "b"]]),
    "an empty name": ("headers", [["", "b"]]),
    "a value with a line end": ("headers", [["A", "b\r\nSet-Cookie: c"]]),
    "a value with a bare line feed": ("headers", [["A", "b\nc"]]),
    "a value with a NUL": ("headers", [["A", "b\0"]]),
    "a value beyond Latin-1": ("headers", [["A", "\u0100"]]),
    "too many headers": ("headers", [["A", "b"]] * 65),
    "too large headers": ("headers", [["A", "b" * 9000]]),
    "a body as text": ("body", "text"),
    "a body of another encoding": ("body", {"encoding": "utf-16", "content": ""}),
    "a body with no content": ("body", {"encoding": "utf-8"}),
    "a body with more": ("body", {"encoding": "utf-8", "content": "", "size": 0}),
    "a body that is not base64": ("body", {"encoding": "base64", "content": "A"}),
    "a body that is too large": ("body", {"encoding": "utf-8", "content": "x" * 65_537}),
    "delay below": ("delay", -0.1),
    "delay above": ("delay", 30.1),
    "delay true": ("delay", True),
    "no times": ("times", 0),
    "times with a point": ("times", 1.5),
    "too many times": ("times", 1_000_001),
    "cors as a number": ("cors", 1),
    "template as a number": ("template", 1),
    "rules in an object": ("rules", {"match": {}}),
    "a rule without match": ("rules", [{"status": 200}]),
    "a rule with times": ("rules", [{"match": {}, "times": 1}]),
    "a rule with a wrong status": ("rules", [{"match": {}}, {"match": {}, "status": 1}]),
    "a match that is a list": ("rules", [{"match": []}]),
    "a match with an unknown field": ("rules", [{"match": {"query": {}}}]),
    "a method that is not a token": ("rules", [{"match": {"method": "a b"}}]),
    "a method that is a number": ("rules", [{"match": {"method": 1}}]),
    "a subpath that is too long": ("rules", [{"match": {"subpath": "x" * 1025}}]),
    "headers in a list": ("rules", [{"match": {"headers": [["A", "b"]]}}]),
    "a header that is not a token": ("rules", [{"match": {"headers": {"a b": ""}}}]),
    "a header that is a number": ("rules", [{"match": {"headers": {"A": 1}}}]),
    "too many headers in a match": ("rules", [{"match": {"headers": SEVENTEEN}}]),
    "a pointer without a slash": ("rules", [{"match": {"json": {"a.b": 1}}}]),
    "a value that is a list": ("rules", [{"match": {"json": {"/a": []}}}]),
    "an inexact integer": ("rules", [{"match": {"json": {"/a": 2**53}}}]),
    "a negative inexact integer": ("rules", [{"match": {"json": {"/a": -(2**53)}}}]),
    "a number over 64 bits": ("rules", [{"match": {"json": {"/a": 1e20}}}]),
    "too many rules": ("rules", [{"match": {}}] * 33),
    "a sequence of text": ("sequence", "503"),
    "a sequence with text": ("sequence", [503, "200"]),
    "a sequence with a wrong status": ("sequence", [503, 20]),
    "a sequence in a sequence": ("sequence", [{"sequence": [503]}]),
    "an entry with a body without one": ("sequence", [{"status": 204, "body": TEXT}]),
    "too many entries": ("sequence", [503] * 101),
    "more used than entries": ("used", 1),
    "used below": ("used", -1),
    "an unknown field": ("statsu", 200),
}

FORBIDDEN = [
    *("X-Content-Type-Options", "content-security-policy", "CACHE-CONTROL"),
    *("Webhook-Viewers", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "TE"),
    *("Trailer", "Upgrade", "Proxy-Connection", "Set-Cookie", "set-cookie2", "Clear-Site-Data"),
    *("Strict-Transport-Security", "NEL", "Report-To", "Reporting-Endpoints", "Alt-Svc", "Date"),
    *("Service-Worker-Allowed", "X-Accel-Redirect", "x-accel-buffering", "X-Sendfile"),
    *("Accept-CH", "Critical-CH", "Set-Login", "Secure-Session-Registration", "Public-Key-Pins"),
    *("Public-Key-Pins-Report-Only", "Sec-Session-Challenge", "Accept-CH-Lifetime"),
    *("WWW-Authenticate", "www-authenticate", "Proxy-Authenticate", "Proxy-Anything"),
    *("X-Accel-Expires", "X-Accel-Limit-Rate", "X-Sendfile2", "X-Sendfile-Temporary"),
    *("X-LIGHTTPD-send-file", "X-LIGHTTPD-KBytes-per-second", "X-Reproxy-URL", "X-Reproxy-File"),
    *("X-LiteSpeed-Location", "X-LiteSpeed-Cache-Control", "X-LiteSpeed-Purge", "LSC-Cookie"),
    *("x-envoy-immediate-health-check-fail", "X-Envoy-Ratelimited", "X-Envoy-Degraded"),
    *("CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Vercel-CDN-Cache-Control"),
    *("Surrogate-Control", "Surrogate-Key", "Edge-Control", "Edge-Cache-Tag", "Cache-Tag"),
    *("Fastly-Anything", "Akamai-Anything", "CF-Anything", "Netlify-Vary", "X-Varnish", "xkey"),
    *("X-Proxy-Anything", "X-Middleware-Rewrite", "X-Vercel-Anything"),
    *("Fly-Replay", "X-AppEngine-BlobKey"),
]
ALLOWED = [
    *("Content-Type", "Content-Encoding", "Content-Disposition", "ETag", "Last-Modified", "Link"),
    *("Location", "Retry-After", "Vary", "X-Anything", "X-Accelerate", "X-Request-Id", "Server"),
    *("Access-Control-Allow-Origin", "Accept-Ranges", "X-Hub-Signature-256", "Settings", "Edge"),
    *("WebHook-Allowed-Origin", "WebHook-Allowed-Rate", "X-Hook-Secret", "Proxy", "Via"),
]


def test_a_missing_field_has_its_default() -> None:
    assert Reply.from_json("{}").to_wire() == DEFAULT
    assert Reply.from_json("{}") == Reply()


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"template": True, "body": TEXT},
        {
            "rules": [
                {"match": {"method": "POST", "json": {"/a": None, "/b": 1.5}}, **PART},
                {"match": {}, **PART, "body": TEXT, "template": True},
            ]
        },
        {"sequence": [503, PART, {**PART, "body": TEXT, "template": True}, 204], "used": 2},
    ],
)
def test_a_reply_survives_a_round_trip(more: dict[str, Any]) -> None:
    wire = {**FULL, **more}
    assert Reply.from_json(json.dumps(wire)).to_wire() == wire


def test_a_sequence_continues_with_its_last_entry() -> None:
    wire = {**FULL, "body": TEXT, "sequence": [500, {"status": 201, "delay": 3}, 204]}
    reply = Reply.from_json(json.dumps(wire))
    request = samples()[0]
    chosen = [reply.for_request(request, left) for left in (3, 2, 1, 0)]
    assert [each.status for each in chosen] == [500, 201, 204, 204]
    assert [each.delay for each in chosen] == [1.5, 3, 1.5, 1.5]
    assert [each.body for each in chosen] == [b"{{ uuid }}", b"", b"", b""]
    assert [len(each.headers) for each in chosen] == [3, 0, 3, 3]
    assert not any(each.cors for each in chosen)
    assert [reply.counted(7, left).used for left in (3, 1, 0)] == [0, 2, 3]


def test_the_first_rule_that_matches_replaces_the_reply_and_its_sequence() -> None:
    rules = [
        {"match": {"subpath": "/a"}, "status": 201},
        {"match": {"subpath": "/a*"}, "status": 202, "body": TEXT, "template": True, "delay": 3},
    ]
    wire = {**FULL, "rules": rules, "sequence": [500, 404]}
    reply = Reply.from_json(json.dumps(wire))
    chosen = {}
    for subpath in ("/a", "/ab", "/b"):
        response = chosen[subpath] = reply.for_request(replace(samples()[0], subpath=subpath), 0)
        assert not response.cors
    assert [response.status for response in chosen.values()] == [201, 202, 404]
    assert [response.delay for response in chosen.values()] == [0, 3, 1.5]
    assert [len(response.headers) for response in chosen.values()] == [0, 0, 3]
    assert len(chosen["/ab"].body) == len(samples()[0].uuid)


BODY = {"encoding": "utf-8", "content": "x" * 40_000}
LINES = [["A", "x" * 5_000]]
TOO_LARGE: dict[str, dict[str, Any]] = {
    "65,536 bytes in its bodies": {"body": BODY, "sequence": [{"body": BODY}]},
    "8,192 bytes in its headers": {"sequence": [{"headers": LINES}, {"headers": LINES}]},
    "16,384 bytes in the conditions of its rules": {
        "rules": [{"match": {"subpath": "x" * 1000}}] * 17
    },
    "200 expressions": {
        "sequence": [
            {"template": True, "body": {"encoding": "utf-8", "content": "{{ now }}" * 101}},
            {"template": True, "body": {"encoding": "utf-8", "content": "{{ now }}" * 101}},
        ]
    },
}


@pytest.mark.parametrize("limit", TOO_LARGE)
def test_the_parts_of_a_reply_have_common_limits(limit: str) -> None:
    with pytest.raises(ReplyError, match=f"^A reply can have at most {limit}[.]$"):
        Reply.from_json(json.dumps(TOO_LARGE[limit]))


def test_a_float_without_a_fraction_is_a_whole_number() -> None:
    reply = Reply.from_json('{"status": 201.0, "times": 1e1}')
    assert (type(reply.status), reply.status) == (int, 201)
    assert (type(reply.times), reply.times) == (int, 10)
    given = response_from_json('{"status": 2.01e2}', 0)
    assert response_to_json(given).startswith('{"status":201,')


@pytest.mark.parametrize("case", WRONG)
def test_an_error_begins_with_the_name_of_its_field(case: str) -> None:
    name, value = WRONG[case]
    with pytest.raises(ReplyError, match=f"^{name}: .+[.]$"):
        Reply.from_json(json.dumps({name: value}))


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_reply_cannot_set_a_forbidden_header(name: str) -> None:
    with pytest.raises(ReplyError, match=f"^headers: a reply cannot set {name}[.]$"):
        Reply.from_json(json.dumps({"headers": [[name, "x"]]}))


@pytest.mark.parametrize("name", ALLOWED)
def test_a_reply_can_set_any_other_header(name: str) -> None:
    assert Reply.from_json(json.dumps({"headers": [[name, "x"]]})).headers == ((name, "x"),)


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body_requires_an_empty_body(status: int) -> None:
    body = {"encoding": "utf-8", "content": "x"}
    with pytest.raises(ReplyError, match=f"^body: .* with status {status}[.]$"):
        Reply.from_json(json.dumps({"status": status, "body": body}))
    assert Reply.from_json(json.dumps({"status": status})).status == status


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1", '"{}"', '{"delay": NaN}', "\ufeff{}"])
def test_a_reply_must_be_a_json_object(text: str) -> None:
    with pytest.raises(ReplyError, match="JSON"):
        Reply.from_json(text)


# A responder's response to one request


def test_a_response_has_status_headers_and_body() -> None:
    given = response_from_json(json.dumps({name: FULL[name] for name in GIVEN}), 2)
    assert (given.status, given.body) == (503, b"\0\xff")
    assert read_response(response_to_json(given)) == given
    assert response_from_json("{}", 0) == Reply()


@pytest.mark.parametrize("name", ["delay", "times", "cors", "template", "rules", "sequence"])
def test_a_response_has_no_fields_for_several_requests(name: str) -> None:
    with pytest.raises(ReplyError, match=f"^{name}: not a field of a response"):
        response_from_json(json.dumps({name: None}), 1)


@pytest.mark.parametrize("case", [case for case in WRONG if WRONG[case][0] in GIVEN])
def test_an_invalid_reply_is_also_an_invalid_response(case: str) -> None:
    name, value = WRONG[case]
    with pytest.raises(ReplyError, match=f"^{name}: .+[.]$"):
        response_from_json(json.dumps({name: value}), 65_536)


def test_a_responses_body_has_a_separate_limit() -> None:
    body = {"encoding": "utf-8", "content": "\N{EURO SIGN}" * 30_000}
    assert len(response_from_json(json.dumps({"body": body}), 90_000).body) == 90_000
    with pytest.raises(BodyTooLarge, match=r"^body: must have at most 89,999 bytes[.]$"):
        response_from_json(json.dumps({"body": body}), 89_999)


def test_an_invalid_response_from_another_release_becomes_the_default() -> None:
    assert read_response('{"status": 200, "mood": "good"}') == Reply()
