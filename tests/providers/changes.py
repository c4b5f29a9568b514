"""The requests of the vectors, and requests that are not quite like them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

from tests.providers.vectors import files, read, request_of
from webhook_logger.captured import Body, CapturedRequest

STEP = 29
"""Every change of this many is used. All of them take a minute."""


class Case(NamedTuple):
    """A request, and the values that a user enters."""

    about: str
    provider: str
    request: CapturedRequest
    secret: str
    options: dict[str, str]


def cases() -> Iterator[Case]:
    """Yield each vector, and some of its changes, different ones for each vector."""
    for file in files():
        for at, vector in enumerate(read(file)):
            signature = vector.get("signature") or {}
            handshake = vector.get("handshake") or {}
            default = "generic" if file.stem.startswith("_") else file.stem
            given = Case(
                f"{file.stem}: {vector['about']}",
                signature.get("provider", default),
                request_of(vector),
                signature.get("secret", handshake.get("secret", "hush")),
                {**signature.get("options", {}), **handshake.get("options", {})},
            )
            yield given
            yield from islice(changed(given), at % STEP, None, STEP)


def changed(case: Case) -> Iterator[Case]:
    for secret in (
        "a",
        "-----BEGIN PUBLIC KEY-----",
        f"{case.secret}=",
        f"whsec_{case.secret}",
        "hushé",
    ):
        yield case._replace(secret=secret)
    for request in (*changed_bodies(case.request), *changed_heads(case.request)):
        yield case._replace(request=request)


def changed_bodies(request: CapturedRequest) -> Iterator[CapturedRequest]:
    content = request.body.content
    for other in (content + b"\n", content[:-1], content + b"&a=%FF+b", b"", b"\xff", b"[1]"):
        yield replace(request, body=Body(other, len(other)))
    spaced = content.replace(b'":', b'" : ')
    yield replace(request, body=Body(spaced, len(spaced)))
    yield replace(request, body=Body(b"", len(content), complete=False))


def changed_heads(request: CapturedRequest) -> Iterator[CapturedRequest]:
    for seconds in (-100_000, -301, 61, 301, 100_000):
        yield replace(request, received_at=request.received_at + timedelta(seconds=seconds))
    yield replace(request, method="PUT", host="other.example", query_string="a=%C3%A9+&crc_token=%")
    for at, (name, value) in enumerate(request.headers):
        for other in (
            "",
            value[:-1],
            f"{value},{value}",
            f" {value}",
            value[:7].lower() + value[7:],
            f"{value}\xe9",
        ):
            lines = [*request.headers]
            lines[at] = (name.upper(), other)
            yield replace(request, headers=tuple(lines))
        yield replace(request, headers=(*request.headers[:at], *request.headers[at + 1 :]))
