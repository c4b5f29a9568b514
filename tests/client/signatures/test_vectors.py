"""Verify and sign the vectors that the tests of the page use, too."""

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
    arrival = datetime.fromtimestamp(vector.get("signed_at", 0), timezone.utc)
    request = post(vector["content"].encode(), vector["headers"], received_at=arrival)
    return signatures.PROVIDERS[vector["provider"]](**fields), request, secret


@pytest.mark.parametrize("row", TIMES, ids=str)
def test_a_timestamp_has_the_tolerance_of_the_official_library(row: dict[str, Any]) -> None:
    vector = next(each for each in VECTORS if each["about"] == row["vector"])
    arrival = {"signed_at": vector["signed_at"] + row["came_after"]}
    provider, request, secret = read(vector | arrival)
    verdict = provider.verify(request, secret)
    assert verdict.ok is row["ok"]
    assert verdict.reason == (None if row["ok"] else "timestamp")


@pytest.mark.parametrize("vector", WRONG, ids=lambda vector: vector["about"])
def test_an_invalid_signature_has_its_reason_and_text(vector: dict[str, Any]) -> None:
    fields = dict(vector["fields"])
    secret = fields.pop("secret")
    complete = vector.get("complete", True)
    request = post(vector["content"].encode(), vector["headers"], complete=complete)
    verdict = signatures.PROVIDERS[vector["provider"]](**fields).verify(request, secret)
    assert (verdict.ok, verdict.reason, verdict.text) == (False, vector["reason"], vector["text"])


@vectors
def test_a_signature_is_valid_only_with_its_secret(vector: dict[str, Any]) -> None:
    provider, request, secret = read(vector)
    verdict = provider.verify(request, secret)
    assert verdict, verdict.text
    assert provider.verify(request, "AAAA").reason == "secret"


# Signatures in a format that is verified, but not created.
OLD = (
    "SHA-1 signature",
    "port that was",
    "library, http",
    "a user in",
    "SHA-256 with a key",
    "Svix:",
)


@vectors
def test_signing_creates_the_same_signature(vector: dict[str, Any]) -> None:
    if any(old in vector["about"] for old in OLD):
        return
    provider, _, secret = read(vector)
    given = {name.lower(): value for name, value in vector["headers"].items()}
    outgoing = signatures.OutgoingRequest(
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
