"""The vectors that the page's tests read, too: right ones are also signed again here."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.client.signatures.requests import post
from webhook_logger.captured import CapturedRequest
from webhook_logger.client import signatures

FIXTURES = Path(__file__).parents[2] / "fixtures"
VECTORS = json.loads((FIXTURES / "signatures.json").read_text(encoding="utf-8"))
WRONG = json.loads((FIXTURES / "signatures_wrong.json").read_text(encoding="utf-8"))
TIMES = json.loads((FIXTURES / "signature_times.json").read_text())
vectors = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["about"])


def read(vector: dict[str, Any]) -> tuple[signatures.Provider, CapturedRequest, str]:
    fields = dict(vector["fields"])
    secret = fields.pop("secret")
    came = datetime.fromtimestamp(vector.get("signed_at", 0), timezone.utc)
    request = post(vector["content"].encode(), vector["headers"], received_at=came)
    return signatures.PROVIDERS[vector["provider"]](**fields), request, secret


@pytest.mark.parametrize("row", TIMES, ids=str)
def test_a_timestamp_may_be_as_far_off_as_the_official_library_allows(row: dict[str, Any]) -> None:
    vector = next(each for each in VECTORS if each["about"] == row["vector"])
    came = {"signed_at": vector["signed_at"] + row["came_after"]}
    provider, request, secret = read(vector | came)
    verdict = provider.verify(request, secret)
    assert verdict.ok is row["ok"]
    assert verdict.why == (None if row["ok"] else "timestamp")


@pytest.mark.parametrize("vector", WRONG, ids=lambda vector: vector["about"])
def test_a_wrong_one_is_refused_with_its_reason_and_text(vector: dict[str, Any]) -> None:
    fields = dict(vector["fields"])
    secret = fields.pop("secret")
    complete = vector.get("complete", True)
    request = post(vector["content"].encode(), vector["headers"], complete=complete)
    verdict = signatures.PROVIDERS[vector["provider"]](**fields).verify(request, secret)
    assert (verdict.ok, verdict.why, verdict.text) == (False, vector["why"], vector["text"])


@vectors
def test_it_is_right_and_with_another_secret_wrong(vector: dict[str, Any]) -> None:
    provider, request, secret = read(vector)
    verdict = provider.verify(request, secret)
    assert verdict, verdict.text
    assert provider.verify(request, "AAAA").why == "secret"


# What is signed in a way that is read, and not made any more.
OLD = (
    "SHA-1 signature",
    "port that was",
    "library, http",
    "a user in",
    "SHA-256 with a key",
    "Svix:",
)


@vectors
def test_it_is_made_again(vector: dict[str, Any]) -> None:
    if any(old in vector["about"] for old in OLD):
        return
    provider, _, secret = read(vector)
    given = {name.lower(): value for name, value in vector["headers"].items()}
    outgoing = signatures.Outgoing(
        vector["content"].encode(),
        headers=tuple(vector["headers"].items()),
        id=given.get("webhook-id", ""),
        timestamp=vector.get("signed_at", 0),
    )
    for name, value in provider.sign(outgoing, secret):
        if vector["provider"] == "stripe":
            assert value.split(",")[1] in given["stripe-signature"].split(",")
        else:
            assert given[name.lower()] == value
