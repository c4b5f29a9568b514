"""Payloads of a server are validated field by field."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.wire_fixture import samples
from webhook_logger.client.stream import wire

GOOD = samples()[0].to_wire() | {"epoch": "e", "seq": 5}
REFUSED = {"count": 1, "status": 400, "reason": "host_malformed", "message": "The Host is invalid."}
JOINED = {"epoch": "e", "seq": 5, "missed": 0}
PAYLOADS: list[tuple[Callable[[Any], object], dict[str, Any]]] = [
    (wire.captured, GOOD),
    (wire.captured, GOOD | {"trailers": [["a", "b"]]}),
    (wire.joined, JOINED),
    (wire.joined, JOINED | {"recovered": 3}),
    (wire.responded, {"epoch": "e", "seq": 5, "status": 200, "by": "reply"}),
    (
        wire.responded,
        {"epoch": "e", "seq": 5, "status": 200, "by": "reply", "seconds": 0.25}
        | {"headers": [["a", "b"]], "body": GOOD["body"]},
    ),
    (wire.refused, REFUSED),
    (wire.status, {"queue": "down"}),
    (wire.bye, {"reason": "slow"}),
    (wire.responding, {"ok": False, "error": "taken"}),
]
WRONG = (
    None,
    True,
    1.5,
    -1,
    2**60,
    "\ud800",
    [],
    ["a"],
    [["a"]],
    [["a", "b", "c"]],
    {},
    [["a", 1]],
)

OPTIONAL = [("trailers",), ("recovered",)]
DETAILS = [("headers",), ("body",), ("seconds",)]


def fields(payload: dict[str, Any], parents: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in payload.items():
        yield (*parents, name)
        if isinstance(value, dict):
            yield from fields(value, (*parents, name))


def changed(payload: dict[str, Any], place: tuple[str, ...], value: Any) -> dict[str, Any]:
    new = copy.deepcopy(payload)
    part = new
    for name in place[:-1]:
        part = part[name]
    if value is ...:
        del part[place[-1]]
    else:
        part[place[-1]] = value
    return new


def test_valid_payloads_are_read() -> None:
    for read, payload in PAYLOADS:
        read(payload)
        read(payload | {"newer": 1})


@pytest.mark.parametrize(("read", "payload"), PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_field_of_the_wrong_type_is_an_error(
    read: Callable[[Any], object], payload: dict[str, Any]
) -> None:
    for whole in (None, 1, "x", [], [payload]):
        with pytest.raises(ValueError, match=r"."):
            read(whole)
    for place in fields(payload):
        is_optional = place in OPTIONAL or (read is wire.responded and place in DETAILS)
        wrong = [] if is_optional else [...]
        for value in (*wrong, *WRONG):
            valid = (place, value) in [
                (("missed",), None),
                (("ok",), True),
                (("body", "complete"), True),
                (("headers",), []),
                (("seconds",), 1.5),
                (("seconds",), 2**60),
                (("trailers",), []),
            ]
            if not valid:
                with pytest.raises(ValueError, match=r"."):
                    read(changed(payload, place, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uuid", "x"),
        ("uuid", "3" * 10**6),
        ("epoch", ""),
        ("epoch", "a" * 65),
        ("epoch", "a b"),
        ("id", ""),
        ("id", "a b"),
        ("id", "a" * 501),
        ("method", "€"),
        ("path", "/€"),
        ("received_at", "now"),
        ("received_at", "2026-13-01T00:00:00.000000Z"),
        ("received_at", "10000-01-01T00:00:00.000000Z"),
        ("body", {"size": 1, "encoding": "gzip", "content": "", "complete": True}),
        ("body", {"size": 1, "encoding": "base64", "content": "?", "complete": True}),
        ("body", {"size": 1, "encoding": "base64", "content": "é", "complete": True}),
    ],
)
def test_an_invalid_value_is_an_error(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire.captured(GOOD | {name: value})


def test_the_seconds_of_bye_are_0_if_they_are_missing_or_invalid() -> None:
    assert wire.bye({"reason": "draining", "seconds": 2.5}) == wire.Bye("draining", 2.5)
    assert wire.bye({"reason": "draining"}).seconds == 0
    for value in (*WRONG, "3", float("inf"), float("nan")):
        is_valid = value in (1.5, 2**60)
        assert wire.bye({"reason": "draining", "seconds": value}).seconds == (
            value if is_valid else 0
        )


def test_a_long_text_is_shortened() -> None:
    assert len(wire.bye({"reason": "x" * 10**6}).reason) < 400
