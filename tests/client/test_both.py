"""The page and the command line agree: HAR entries, escaped text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.support.node import output_of
from tests.wire_fixture import UUID, samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.archive import har
from webhook_logger.client.stream.events import Responded
from webhook_logger.plain import plain

ORIGIN = "https://hooks.example.com"

TEXTS = {
    "controls": "\x00a\x1b[31m\x7f\x85\x9b2J",
    "line ends of Unicode": "a\u2028b\u2029c",
    "directions": "\u202eevil\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "spaces": "10\xa0€, 10\u202f000, 林檎\u3000三つ",
    "invisible": "a\u034f\u115f\u1160\u3164\uffa0\ufe00\U000e0100\u180e\xad\ufeff\u200bb",
    "Persian": "می\u200cخواهم",
    "Hindi": "क्\u200dष, क्\u200c",
    "Sinhala": "ශ්\u200dරී",
    "a family": "👨\u200d👩\u200d👧",
    "a skin colour": "👩🏽\u200d💻",
    "a heart on fire": "❤\ufe0f\u200d🔥",
    "a flag": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f!",
    "tags without a flag": "a\U000e0067\U000e0062 \U0001f3f4\U000e0067\U000e007f",
    "joiners that join nothing": "\u200dpay\u200cpal\u200d, 1\u200d2, می\u200cx, 👨\u200dx\u200d",
    "a joiner between letters and signs": "می\u200c؟ ©\u200d\u200d👧",
}

_LINES = (("Content-type", "a/b"), ("X", "caf\xe9"))
RESPONSES = [
    *(Responded("e", 1, 200, "default"), Responded("e", 1, 413, "default")),
    Responded("e", 1, 418, "responder", (), Body(b"", 0), 0.0),
    Responded("e", 1, 503, "reply", _LINES, Body("zoë".encode(), 4), 1.234),
    Responded("e", 1, 201, "reply", _LINES, Body(b"\xff", 1), 0.012),
    Responded("e", 1, 201, "reply", _LINES, Body(b"", 20_000, complete=False), 0.012),
]


ODD = "/{|}\"<>^`\\[]%/%2/~;@:!$&'()*+,=#x"
BYTES = "/Z\xc3\xbcrich/\xe9"


def requests() -> list[CapturedRequest]:
    sample = samples()[0]
    return [
        *samples(),
        replace(
            sample,
            method="PUT",
            path=f"/{UUID.upper()}/orders/7",
            subpath="/orders/7",
            query_string="notify=Yes",
        ),
        replace(
            sample,
            path=f"/%33{UUID[1:]}/a",
            subpath="/a",
            query_string="a+b=%20&&c&%zz=%&d=%FF&=e=f%C3%A9",
        ),
        replace(sample, path=f"/{UUID}{ODD}", subpath=ODD, query_string="#?[]"),
        replace(
            sample,
            path=f"/{UUID}{BYTES}",
            subpath=BYTES,
            query_string="c=Z\xc3\xbcrich&d=\xe9&\x9b",
        ),
        replace(sample, trailers=(("X-Sum", "1"), ("x-sum", "caf\xe9"), ("X", "Z\xc3\xbcrich"))),
        replace(sample, path=f"/hooks/{UUID}", subpath="", query_string="", headers=()),
        replace(
            sample,
            headers=(
                *(("cookie", "a=b; c=d=e;; f"), ("COOKIE", " g=")),
                *(("Content-Type", "Application/JSON; x=1"), ("content-type", "text/plain")),
                ("Stripe-Signature", "caf\xe9"),
            ),
            body=Body(b"see http://example.com/a:b, a Card", 34),
        ),
        replace(
            sample, headers=(("X-GitHub-Event", "Push"),), body=Body(b'{"action":"opened"}', 19)
        ),
        replace(sample, headers=(("SOAPAction", '"urn:a#SubmitOrder"'),), body=Body(b"<a/>", 4)),
        replace(sample, headers=(), body=Body(b'{"query":"{ Push }"}', 20)),
    ]


def wire_of(responded: Responded) -> dict[str, Any]:
    known = {"status": responded.status, "by": responded.by}
    if responded.headers is None or responded.body is None:
        return known
    details = {"headers": responded.headers, "body": responded.body.to_wire()}
    return {**known, **details, "seconds": responded.seconds}


@pytest.fixture(scope="module")
def page() -> Any:
    """Return the results of the page for the same input."""
    given = {
        "requests": [r.to_wire() for r in requests()],
        "origin": ORIGIN,
        "responses": list(map(wire_of, RESPONSES)),
        "texts": list(TEXTS.values()),
    }
    return output_of("tests/js/both-cli.js", given)


@pytest.mark.parametrize("at", range(len(requests())))
def test_har_entries_equal_those_of_the_page(page: Any, at: int) -> None:
    entry = har.entry(requests()[at], ORIGIN)
    assert json.dumps(entry) == json.dumps(page["entries"][at])


def test_har_responses_equal_those_of_the_page(page: Any) -> None:
    entries = [har.entry(requests()[0], ORIGIN, responded) for responded in RESPONSES]
    assert json.dumps(entries) == json.dumps(page["responded"])


def test_the_har_log_equals_that_of_the_page(page: Any) -> None:
    assert (page["head"], page["foot"]) == (har.HEAD, har.FOOT)


@pytest.mark.parametrize("at", range(len(TEXTS)), ids=list(TEXTS))
def test_a_text_is_escaped_as_on_the_page(page: Any, at: int) -> None:
    written = re.sub(r"⟨U\+([0-9A-F]+)⟩", _escape, page["texts"][at])
    assert plain(list(TEXTS.values())[at]) == written


def _escape(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)).encode("unicode_escape").decode()
