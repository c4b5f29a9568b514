"""The page and Python agree on every request of the vectors, and verify each other's signatures."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import pytest

from tests.providers import vectors
from tests.providers.test_signing import URL, captured, secret_of
from tests.providers.vectors import Vector, request_of
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT
from webhook_logger import providers
from webhook_logger.captured import CapturedRequest
from webhook_logger.providers import OutgoingRequest, SignedRequest, Unsignable, Verdict, handshakes
from webhook_logger.providers.summary import summarise

VECTORS: list[Vector] = [vector for file in vectors.files() for vector in vectors.read(file)]
SIGNED = [vector for vector in VECTORS if "signature" in vector]


def signed_samples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the providers that sign with a shared secret, and a signed sample of each."""
    for id_, provider in providers.providers().items():
        secret = secret_of(provider) or ""
        for entry in provider.entry["samples"] if secret else ():
            outgoing = provider.sample(entry.get("event"), URL)
            with suppress(Unsignable):
                request = captured(outgoing, provider.sign(outgoing, secret)).to_wire()
                yield id_, {"request": request, "provider": id_, "fields": {"secret": secret}}


SAMPLES = dict(signed_samples())
IDS = list(SAMPLES)


@pytest.fixture(scope="module")
def page() -> Any:
    """Return the results of the page for the same input."""
    given = {
        "requests": [request_of(vector).to_wire() for vector in VECTORS],
        "signed": [*map(_case, SIGNED), *SAMPLES.values()],
        "samples": [{"provider": id_, "secret": secret_of(providers.get(id_))} for id_ in IDS],
        "url": URL,
        "now": vectors.ARRIVED * 1000,
    }
    run = subprocess.run(
        [shutil.which("node") or "node", "tests/js/providers-cli.js"],
        cwd=ROOT,
        input=json.dumps(given).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    return json.loads(run.stdout)


def _case(vector: Vector) -> dict[str, Any]:
    signature = vector["signature"]
    fields = {**signature.get("options", {}), "secret": signature["secret"]}
    request = request_of(vector).to_wire()
    return {"request": request, "provider": signature["provider"], "fields": fields}


def test_the_page_recognises_the_same_providers_and_events(page: Any) -> None:
    for vector, found in zip(VECTORS, page["recognitions"], strict=True):
        assert found == _recognition(request_of(vector)), vector["about"]


def _recognition(request: CapturedRequest) -> dict[str, Any] | None:
    found = providers.recognise(request)
    if found is None:
        return None
    names = ("event", "delivery", "attempt", "timestamp")
    return {"provider": found.provider.id} | {name: getattr(found, name) for name in names}


def test_the_page_summarises_requests_in_the_same_words(page: Any) -> None:
    for vector, summary in zip(VECTORS, page["summaries"], strict=True):
        assert summary == asdict(summarise(request_of(vector))), vector["about"]


def test_the_page_gives_the_same_verdicts(page: Any) -> None:
    for vector, verdict in zip(SIGNED, page["verdicts"], strict=False):
        signature = vector["signature"]
        provider = providers.get(signature["provider"])
        expected = provider.verify(
            request_of(vector), signature["secret"], **signature.get("options", {})
        )
        assert verdict == _as_in_the_page(expected), vector["about"]


def test_the_page_verifies_samples_that_python_signed(page: Any) -> None:
    for id_, verdict in zip(IDS, page["verdicts"][len(SIGNED) :], strict=True):
        assert verdict["ok"], (id_, verdict)


def _as_in_the_page(verdict: Verdict) -> dict[str, Any]:
    if verdict:
        return {"ok": True, "notes": list(verdict.notes)}
    return {"ok": False, "reason": verdict.reason, "text": verdict.text}


def test_the_page_responds_to_the_same_handshakes(page: Any) -> None:
    for vector, response in zip(VECTORS, page["handshakes"], strict=True):
        found = handshakes.find(request_of(vector))
        expected = found.response("hush") if found else None
        assert (response is None) is (expected is None), vector["about"]
        if expected:
            headers = [list(line) for line in expected.headers]
            actual = (response["status"], response["headers"], response["body"].encode())
            assert actual == (expected.status, headers, expected.body), vector["about"]


@pytest.mark.parametrize("at", range(len(IDS)), ids=IDS)
def test_a_sample_that_the_page_signed_is_valid(page: Any, at: int) -> None:
    signed, provider = page["samples"][at], providers.get(IDS[at])
    headers = tuple((name, value) for name, value in signed["headers"])
    outgoing = OutgoingRequest(
        url=signed["url"], method=signed["method"], timestamp=vectors.ARRIVED
    )
    request = captured(outgoing, SignedRequest(headers, signed["body"].encode()))
    verdict = provider.verify(request, str(secret_of(provider)))
    assert verdict, verdict.text
