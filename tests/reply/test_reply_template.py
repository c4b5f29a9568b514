"""Templates of replies: values are escaped for their place, missing ones are empty."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.wire_fixture import samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.reply import Reply, ReplyError
from webhook_logger.reply.reply_template import MAX_EXPRESSIONS

JSON = "application/json"
HOSTILE = '"quoted" \\ <b>&\'\r\nSet-Cookie: a=b\x00\x7f \U0001f600'
DOCUMENT = {
    "text": HOSTILE,
    "number": 12.5,
    "true": True,
    "null": None,
    "list": [{"id": "x1"}],
    "a/b~c": "escaped",
    "": "no name",
}


def request_with(body: bytes, **more: Any) -> CapturedRequest:
    return replace(samples()[0], body=Body(body, len(body)), **more)


REQUEST = request_with(
    json.dumps(DOCUMENT).encode(),
    id="0199a3c4-2b10-7c3e-9d51-6f0f3f6b7a10",
    method="PURGE",
    path="/hooks/orders/%20",
    subpath="/orders/%20",
    query_string="hub.challenge=a+%3Cb%3E&twice=1&twice=2&empty=",
    headers=(("X-One", "\xc3\xa9\xe2\x82\xac"), ("x-one", "2"), ("X-Latin", "\xe9")),
)
FORM = request_with(
    b"payload=%7B%7D&challenge=a%22b&twice=1&twice=2",
    headers=(("Content-Type", "application/x-www-form-urlencoded"),),
)


def parsed(body: str, *headers: tuple[str, str]) -> Reply:
    wire = {
        "template": True,
        "headers": [list(line) for line in headers],
        "body": {"encoding": "utf-8", "content": body},
    }
    return Reply.from_json(json.dumps(wire))


def body_of(template: str, media_type: str = "text/plain", to: CapturedRequest = REQUEST) -> str:
    return parsed(template, ("Content-Type", media_type)).for_request(to).body.decode()


def header_of(template: str, to: CapturedRequest = REQUEST) -> str:
    return parsed("", ("X-Value", template)).for_request(to).headers[0][1]


VALUES = {
    "request.method": "PURGE",
    "request.path": "/hooks/orders/%20",
    "request.subpath": "/orders/%20",
    "request.query": REQUEST.query_string,
    "request.id": REQUEST.id,
    "request.body": json.dumps(DOCUMENT),
    "query.hub.challenge": "a <b>",
    "query.twice": "1",
    "query.empty": "",
    "header.x-ONE": "é€",
    "header.X-Latin": "é",
    "json./text": HOSTILE,
    "json./number": "12.5",
    "json./true": "true",
    "json./null": "",
    "json./list": '[{"id":"x1"}]',
    "json./list/0/id": "x1",
    "json./a~1b~0c": "escaped",
    "json./": "no name",
}


@pytest.mark.parametrize("expression", VALUES)
def test_an_expression_is_a_value_of_the_request(expression: str) -> None:
    for template in (f"<{{{{ {expression} }}}}>", f"<{{{{{expression}}}}}>"):
        assert body_of(template) == f"<{VALUES[expression]}>"


def test_a_form_has_values() -> None:
    assert body_of("{{ form.challenge }} {{ form.twice }}", to=FORM) == 'a"b 1'
    assert body_of("{{ form.challenge }}", to=REQUEST) == ""


def test_now_is_a_time_and_each_uuid_is_another_one() -> None:
    now, first, second = body_of("{{ now }} {{ uuid }} {{ uuid }}").split()
    assert now.endswith("Z")
    assert len(first) == len(second) == len(REQUEST.uuid)
    assert first != second


def test_the_whole_body_is_a_json_value() -> None:
    assert json.loads(body_of('{"echo": {{ json }}}', JSON)) == {"echo": DOCUMENT}


MISSING = (
    *("query.x", "header.x", "form.x", "json./x", "json./list/1", "json./list/01", "json./list/-"),
    *("json./text/0", "json./number/x"),
)


@pytest.mark.parametrize("expression", MISSING)
def test_a_missing_value_is_empty_or_null(expression: str) -> None:
    assert body_of(f"<{{{{ {expression} }}}}>") == "<>"
    template = f'{{"text": "{{{{ {expression} }}}}", "value": {{{{ {expression} }}}}}}'
    assert json.loads(body_of(template, JSON)) == {"text": "", "value": None}


NO_JSON = (b"", b"{", b"\xff", b" " * 262_144 + b"{}", b"[" * 200_000, b"[" * 500 + b"]" * 500)


@pytest.mark.parametrize("body", NO_JSON)
def test_a_body_that_is_not_json_or_too_large_has_no_json_values(body: bytes) -> None:
    assert body_of("<{{ json }}{{ json./a }}>", to=request_with(body)) == "<>"


@pytest.mark.parametrize("media_type", [JSON, "Application/X+JSON ; charset=utf-8", "text/json"])
def test_values_in_json_are_strings_or_values(media_type: str) -> None:
    template = (
        r'{"a\\": "\"{{ json./text }}", '
        '"b":[{{json./number}},{{json./text}}],"{{json./text}}":0}'
    )
    assert json.loads(body_of(template, media_type)) == {
        "a\\": '"' + HOSTILE,
        "b": [12.5, HOSTILE],
        HOSTILE: 0,
    }


@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "a/soap+xml", "text/xml"])
def test_values_in_markup_are_text(media_type: str) -> None:
    assert body_of("<p>{{ query.hub.challenge }}", media_type) == "<p>a &lt;b&gt;"
    shown = body_of("{{ json./text }}", media_type)
    assert not set(shown) & set("<>\"'")


def test_values_in_headers_have_no_control_characters() -> None:
    shown = header_of("a\t{{ json./text }}").encode("latin-1").decode()
    assert shown == 'a\t"quoted" \\ <b>&\'Set-Cookie: a=b \U0001f600'
    assert header_of(" {{ query.x }} ") == ""


def test_two_braces_can_be_written() -> None:
    assert body_of('{{ "{{" }} now }}') == "{{ now }}"
    assert json.loads(body_of('["{{ "{{" }}"]', JSON)) == ["{{"]


WRONG_BODIES = {
    "{{  }}": "line 1, column 1: the braces contain no expression. Use request.method, ",
    "{{ x }}": "line 1, column 1: {{ x }} is not an expression. Use request.method, ",
    "a\n é{{ request }}": "line 2, column 3: {{ request }} is not",
    "{{ query. }}": "line 1, column 1: ",
    "{{ header.a b }}": "line 1, column 1: ",
    "{{ uuid.x }}": "line 1, column 1: ",
    "{{ json.a.b }}": 'line 1, column 1: "a.b" is not a JSON Pointer: write /a/b.',
    "{{ json./a~2 }}": "line 1, column 1: ",
    "{{ query.a\n}}{{\n now }}{{ query.a\rb }}": "line 3, column 8: an expression must be on one",
    "}} {{ now }} {{": "line 1, column 14: no }} follows.",
    "{{ " + "x" * 1000 + "}}": "line 1, column 1: {{ " + "x" * 100 + " }} is not",
}
WRONG_JSON = {
    '{"a": 1{{ json./a }}}': "line 1, column 8: this is not JSON",
    '{"a":\n"x" {{ now }}}': "line 2, column 5: ",
    "{{ now }}{{ now }}": "line 1, column 10: ",
    "{ {{ now }}: 1}": "line 1, column 3: ",
    '{"a": "{{ now }}': "line 1, column 17: ",
    '{"a": "\\{{ now }}n"}': "line 1, column 9: an unfinished escape",
    '{"a": "\\u00{{ now }}"}': "line 1, column 12: an unfinished escape",
}


@pytest.mark.parametrize("template", [*WRONG_BODIES, *WRONG_JSON])
def test_an_error_has_a_place(template: str) -> None:
    media_type = JSON if template in WRONG_JSON else "text/plain"
    with pytest.raises(ReplyError) as caught:
        body_of(template, media_type)
    assert caught.value.field == "body"
    assert str(caught.value).startswith("body: " + {**WRONG_BODIES, **WRONG_JSON}[template])


def test_an_error_in_a_header_names_it() -> None:
    with pytest.raises(ReplyError, match=r"^headers: the value of X-A, line 1, column 3: .. x"):
        parsed("", ("X-A", "a {{ x }}"))
    with pytest.raises(ReplyError, match=r"^headers: Content-Type cannot contain expressions[.]$"):
        parsed("", ("content-type", "{{ header.Accept }}"))
    with pytest.raises(ReplyError, match=r"^headers: a template can have Content-Type only once"):
        parsed("", ("content-type", "text/plain"), ("Content-Type", JSON))


def test_a_template_must_be_text() -> None:
    wire = {"template": True, "body": {"encoding": "base64", "content": "/w=="}}
    with pytest.raises(ReplyError, match=r"^body: must be UTF-8 text"):
        Reply.from_json(json.dumps(wire))


def test_without_template_braces_are_text() -> None:
    body = {"encoding": "utf-8", "content": "{{ now }} {{"}
    reply = Reply.from_json(json.dumps({"body": body}))
    assert reply.for_request(REQUEST) is reply


def test_the_number_of_expressions_is_limited() -> None:
    parsed("{{ now }}" * (MAX_EXPRESSIONS - 1), ("X-A", "{{ now }}"))
    with pytest.raises(ReplyError, match=r"^A reply .* at most 200 expressions[.]$"):
        parsed("{{ now }}" * MAX_EXPRESSIONS, ("X-A", "{{ now }}"))


def test_values_that_do_not_fit_are_left_out() -> None:
    large = request_with(json.dumps({"a": "x" * 30_000, "b": "y" * 40_000, "c": 1}).encode())
    template = '{"a": {{ json./a }}, "b": {{ json./b }}, "d": "{{ json./b }}", "c": {{ json./c }}}'
    filled = json.loads(body_of(template, JSON, large))
    assert filled == {"a": "x" * 30_000, "b": None, "d": "", "c": None}
    reply = parsed("", ("X-A", "{{ json./a }}"), ("X-B", "{{ json./c }}"))
    assert reply.for_request(large).headers == (("X-A", ""), ("X-B", ""))


def test_output_can_fill_the_limits_exactly() -> None:
    whole = request_with(json.dumps({"a": "x" * 65_533, "h": "y" * 8_188}).encode())
    assert len(body_of("<<<{{ json./a }}", to=whole)) == 65_536
    assert body_of("<<<<{{ json./a }}", to=whole) == "<<<<"
    headers = parsed("", ("X-A", "z{{ json./h }}")).for_request(whole).headers
    assert headers == (("X-A", "z" + "y" * 8_188),)
    headers = parsed("", ("X-A", "zz{{ json./h }}")).for_request(whole).headers
    assert headers == (("X-A", "zz"),)
