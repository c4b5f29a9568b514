"""A summary of all events so far."""

from __future__ import annotations

from dataclasses import replace

from tests.wire_fixture import samples
from webhook_logger.client.stream.digest import Digest
from webhook_logger.client.stream.events import Gap, Recovered, Refused

ONE = samples()[0]


def lines_of(*events: object) -> list[str]:
    digest = Digest()
    for event in events:
        digest.add(event)
    return digest.lines()


def test_an_empty_digest() -> None:
    assert lines_of() == ["0 requests arrived."]


def test_requests_are_shortened_and_contain_no_control_characters() -> None:
    odd = replace(ONE, subpath="/\x1b[31m\u202e", seq=2)
    long = replace(ONE, subpath=f"/{'x' * 200}", seq=3)
    lines = lines_of(replace(ONE, subpath=""), odd, long)
    assert lines[:3] == [
        "3 requests arrived:",
        f"  1 POST /, {ONE.body.size} bytes",
        rf"  2 POST /\x1b[31m\u202e, {ONE.body.size} bytes",
    ]
    assert len(lines[3]) < 150


def test_missed_recovered_and_refused_requests_are_counted() -> None:
    refused = Refused(5, 400, "headers_malformed", "A header line\x1b is malformed.")
    assert lines_of(Gap(2, "skipped"), Gap(1, "disconnected"), refused)[1:] == [
        "Missed: 3.",
        r"Refused: 5. The latest: A header line\x1b is malformed.",
    ]
    assert lines_of(Recovered(2), Recovered(3))[1:] == ["Recovered: 5."]
    assert lines_of(Gap(None, "disconnected"))[1:] == ["Missed: an unknown number."]
    assert lines_of(Gap(2, "skipped"), Gap(None, "disconnected"))[1:] == ["Missed: 2 or more."]
