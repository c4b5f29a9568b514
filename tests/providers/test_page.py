"""The page and Python agree on the requests of the vectors, also after changes, and verify each
other's signatures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import pytest

from tests.providers import vectors
from tests.providers.changes import Case, cases
from tests.providers.test_signing import URL, captured, secret_of
from tests.support.node import output_of
from webhook_logger import providers
from webhook_logger.captured import CapturedRequest
from webhook_logger.providers import OutgoingRequest, SignedRequest, Unsignable, Verdict, handshakes
from webhook_logger.providers.handshake_responses import HandshakeResponse
from webhook_logger.providers.handshakes import Handshake
from webhook_logger.providers.signatures.keys import InvalidSecret
from webhook_logger.providers.summary import summarise

CASES = list(cases())


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
        "requests": [case.request.to_wire() for case in CASES],
        "signed": [*map(_signed, CASES), *SAMPLES.values()],
        "samples": [{"provider": id_, "secret": secret_of(providers.get(id_))} for id_ in IDS],
        "url": URL,
        "now": vectors.ARRIVED * 1000,
    }
    return output_of("tests/js/providers-cli.js", given)


def _signed(case: Case) -> dict[str, Any]:
    fields = {**case.options, "secret": case.secret}
    return {"request": case.request.to_wire(), "provider": case.provider, "fields": fields}


def test_the_page_recognises_the_same_providers_and_events(page: Any) -> None:
    for case, found in zip(CASES, page["recognitions"], strict=True):
        assert found == _recognition(case.request), case


def _recognition(request: CapturedRequest) -> dict[str, Any] | None:
    found = providers.recognise(request)
    if found is None:
        return None
    names = ("event", "delivery", "attempt", "timestamp")
    return {"provider": found.provider.id} | {name: getattr(found, name) for name in names}


def test_the_page_summarises_requests_in_the_same_words(page: Any) -> None:
    for case, summary in zip(CASES, page["summaries"], strict=True):
        assert summary == asdict(summarise(case.request)), case


def test_the_page_gives_the_same_verdicts(page: Any) -> None:
    for case, verdict in zip(CASES, page["verdicts"], strict=False):
        expected = providers.get(case.provider).verify(case.request, case.secret, **case.options)
        assert verdict == _as_in_the_page(expected), case


def test_the_page_verifies_samples_that_python_signed(page: Any) -> None:
    for id_, verdict in zip(IDS, page["verdicts"][len(CASES) :], strict=True):
        assert verdict["ok"], (id_, verdict)


def _as_in_the_page(verdict: Verdict) -> dict[str, Any]:
    if verdict:
        return {"ok": True, "notes": list(verdict.notes)}
    return {"ok": False, "reason": verdict.reason, "text": verdict.text}


def test_the_page_responds_to_the_same_handshakes(page: Any) -> None:
    for case, response in zip(CASES, page["handshakes"], strict=True):
        found = handshakes.find(case.request)
        expected = _response(found) if found else None
        assert (response is None) is (expected is None), case
        if expected:
            headers = [list(line) for line in expected.headers]
            actual = (response["status"], response["headers"], response["body"].encode())
            assert actual == (expected.status, headers, expected.body), case


def _response(found: Handshake) -> HandshakeResponse | None:
    try:
        return found.response("hush")
    except InvalidSecret:
        return None


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
