"""Each provider's requests are recognised, verified and responded to as its vectors say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.providers.vectors import Vector, content_of, files, lines, read, request_of
from webhook_logger import providers
from webhook_logger.captured import CapturedRequest
from webhook_logger.providers import handshakes
from webhook_logger.providers.signatures.keys import InvalidSecret

DESCRIPTION = ("about", "source", "request", "arrived")
by_file = pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)


@by_file
def test_vectors(file: Path) -> None:
    for vector in read(file):
        unknown = set(vector) - {*DESCRIPTION, *CHECKS}
        assert not unknown, vector["about"]
        for name, check in CHECKS.items():
            if name in vector:
                expected, actual = check(vector, request_of(vector))
                assert actual == expected, (vector["about"], name)


def recognised(vector: Vector, request: CapturedRequest) -> tuple[Any, Any]:
    expected, found = vector["recognised"], providers.recognise(request)
    if expected is None or found is None:
        return expected, found
    actual = {name: getattr(found, name) for name in expected}
    if "provider" in expected:
        actual["provider"] = found.provider.id
    return expected, actual


def signature(vector: Vector, request: CapturedRequest) -> tuple[Any, Any]:
    expected = vector["signature"]
    provider = providers.get(expected["provider"])
    verdict = provider.verify(request, expected["secret"], **expected.get("options", {}))
    names = [name for name in ("ok", "reason", "text", "notes") if name in expected]
    actual = {name: getattr(verdict, name) for name in names}
    if "notes" in actual:
        actual["notes"] = list(verdict.notes)
    return {name: expected[name] for name in names}, actual


def summary(vector: Vector, request: CapturedRequest) -> tuple[Any, Any]:
    return vector["summary"], str(providers.summarise(request))


def handshake(vector: Vector, request: CapturedRequest) -> tuple[Any, Any]:
    expected, found = vector["handshake"], handshakes.find(request)
    if expected is None or found is None:
        return expected, found
    secret = expected.get("secret")
    assert found.needs_secret == (secret is not None)
    if expected.get("invalid"):
        with pytest.raises(InvalidSecret):
            found.response(secret)
        return None, None
    response = found.response(secret, expected.get("options"))
    headers = lines(expected.get("headers", {}))
    assert set(headers) <= set(response.headers), vector["about"]
    wanted = (expected["status"], content_of(expected.get("body", "")))
    return wanted, (response.status, response.body)


CHECKS = {
    "recognised": recognised,
    "signature": signature,
    "summary": summary,
    "handshake": handshake,
}
