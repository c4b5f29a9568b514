"""Read entries of HAR files as requests: ours byte by byte, a browser's as far as recorded."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire_fixture import UUID, samples
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.archive import har
from webhook_logger.client.archive.recorded import read_entry
from webhook_logger.client.errors import Invalid
from webhook_logger.client.relay.relayed import Relayed, relayed

WORDS = ["request", "method", "url", "headers", "name", "value", "postData", "text", "params"]
WORDS += ["bodySize", "mimeType", "encoding", "_encoding", "base64", "http://a/b", "GET", ":a"]
WORDS += ["application/x-www-form-urlencoded"]


def entry(**fields: Any) -> Any:
    return {"request": {"method": "POST", "url": "https://a/b", "headers": [], **fields}}


def sent(**fields: Any) -> Relayed:
    each = read_entry(entry(**fields), 1, ours=False)
    assert not each.problem
    return each.request


@pytest.mark.parametrize("request_", [r for r in samples() if r.body.complete])
def test_an_entry_of_ours_is_sent_unchanged(request_: CapturedRequest) -> None:
    each = read_entry(har.entry(request_, "https://hooks.example.com"), 1, ours=True)
    assert each.request == relayed(request_)
    assert not each.problem


def test_an_entry_of_ours_without_its_body_is_not_sent() -> None:
    [large] = [request for request in samples() if not request.body.complete]
    each = read_entry(har.entry(large, "https://hooks.example.com"), 1, ours=True)
    assert each.problem == "has a body that the file does not contain"


def test_a_browsers_entry_keeps_its_whole_path() -> None:
    url = f"https://shop.example.com/{UUID}/cart?a=1&a=2#top"
    assert read_entry(entry(url=url), 1, ours=False).request.subpath == f"/{UUID}/cart"
    ours = read_entry(entry(url=url, _subpath="/cart"), 1, ours=True)
    assert ours.request.subpath == "/cart"
    assert sent(url=url).query == "a=1&a=2"


def test_http_2_pseudo_headers_are_left_out() -> None:
    lines = [(":method", "POST"), (":authority", "a"), ("accept", "*/*"), ("host", "a")]
    headers = [{"name": name, "value": value} for name, value in lines]
    assert sent(headers=headers).headers == (("accept", "*/*"),)


def test_a_browsers_text_is_sent_as_utf_8_with_its_length() -> None:
    request = sent(postData={"mimeType": "text/plain", "text": "é"}, bodySize=-1)
    assert (request.body, request.headers) == ("é".encode(), (("Content-Length", "2"),))
    assert sent(postData={"text": "AAE=", "encoding": "base64"}).body == b"\x00\x01"


def test_the_fields_of_a_form_are_sent_as_a_form() -> None:
    params = [{"name": "a b", "value": "é&"}, {"name": "a b", "value": ""}]
    form = {"mimeType": "application/x-www-form-urlencoded; charset=utf-8", "params": params}
    assert sent(postData=form).body == b"a+b=%C3%A9%26&a+b="


@pytest.mark.parametrize(
    "fields",
    [
        {"postData": {"mimeType": "multipart/form-data; boundary=b", "params": [{"name": "f"}]}},
        {"bodySize": 7},
        {"postData": {"mimeType": "text/plain", "text": ""}, "bodySize": 7},
        {"url": "wss://a/b"},
        {"url": "data:text/plain,x"},
    ],
)
def test_a_request_that_is_not_fully_recorded_is_not_sent(fields: dict[str, Any]) -> None:
    assert read_entry(entry(**fields), 1, ours=False).problem


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://a/ b", "/%20b"),
        ("http://a/é", "/%C3%A9"),
        ("http://a/\r\nX: y", "/%0D%0AX:%20y"),
        ("http://a/\ud800", "/%3F"),
        ("http://a/%zz%", "/%zz%"),
    ],
)
def test_characters_that_a_url_cannot_contain_are_escaped(url: str, path: str) -> None:
    assert sent(url=url).subpath == path


def test_null_is_empty_and_characters_outside_latin_1_are_sent_as_utf_8() -> None:
    assert sent(headers=None, postData=None).body == b""
    lines = [{"name": "a", "value": None}, {"name": "b", "value": "€"}, {"name": "c", "value": "é"}]
    assert sent(headers=lines).headers == (("a", ""), ("b", "\xe2\x82\xac"), ("c", "\xe9"))
    form = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "a", "value": None}],
    }
    assert sent(postData=form).body == b"a="


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (None, "it is not an object"),
        ([], "it is not an object"),
        ({}, "request is not an object"),
        ({"request": []}, "request is not an object"),
        ({"request": {}}, "method is not text"),
        (entry(method=1), "method is not text"),
        (entry(method="GET /"), "is not an HTTP method"),
        (entry(method=""), "is not an HTTP method"),
        (entry(url=None), "url is not text"),
        (entry(headers={}), "headers is not a list"),
        (entry(headers=[1]), "name is not text"),
        (entry(headers=[{"name": "a", "value": "b\r\nc: d"}]), "cannot carry"),
        (entry(headers=[{"name": "a b", "value": ""}]), "cannot carry"),
        (entry(headers=[{"name": "::", "value": ""}]), "cannot carry"),
        (entry(postData=[]), "postData is not an object"),
        (entry(postData={"text": 5}), "is not text"),
        (entry(postData={"text": "\ud800"}), "does not match its encoding"),
        (entry(postData={"text": "?", "encoding": "base64"}), "does not match its encoding"),
        (entry(postData={"text": "é", "encoding": "base64"}), "does not match its encoding"),
    ],
)
def test_an_invalid_entry_is_an_error_with_its_number(wrong: Any, message: str) -> None:
    with pytest.raises(Invalid, match=message) as raised:
        read_entry(wrong, 7, ours=False)
    assert str(raised.value).startswith("Entry 7: ")


@pytest.mark.parametrize(
    "params",
    [{"a": 1}, "ab", [1], [{"name": "a"}], 5, [[]], [{"name": "\ud800", "value": ""}]],
)
def test_params_that_are_not_fields_are_an_error(params: Any) -> None:
    data = {"mimeType": "application/x-www-form-urlencoded", "params": params}
    with pytest.raises(Invalid, match="Entry 1"):
        read_entry(entry(postData=data), 1, ours=False)


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from(WORDS)
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner),
    max_leaves=20,
)
ENTRIES = ANYTHING | st.fixed_dictionaries(
    {
        "request": st.fixed_dictionaries(
            {
                "method": st.sampled_from(["GET", "POST"]),
                "url": st.sampled_from(["http://a/b", "https://a?c#d"]),
                "headers": st.lists(
                    st.fixed_dictionaries({"name": st.text(max_size=5), "value": st.text()})
                )
                | ANYTHING,
            },
            optional={"postData": ANYTHING, "bodySize": LEAVES},
        )
    }
)


@settings(max_examples=50, deadline=None)
@given(ENTRIES, st.booleans())
def test_any_entry_is_sendable_or_an_error(entry: Any, ours: bool) -> None:
    with suppress(Invalid):
        each = read_entry(entry, 1, ours)
        assert all("\n" not in value and "\r" not in value for _, value in each.request.headers)
        assert isinstance(each.request.body, bytes)
