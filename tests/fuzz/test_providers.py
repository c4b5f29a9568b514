"""Requests of providers with other values are recognised and verified without errors."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.providers.changes import Case, cases
from webhook_logger import providers
from webhook_logger.captured import Body
from webhook_logger.headers import FIELD_VALUE
from webhook_logger.providers import ProviderError

CASES = list(cases())
MAX_CHARACTERS = 80

_HOSTILE = (
    "v1,",
    "t=",
    "{",
    "[",
    '"',
    "\\",
    "%",
    "&",
    "=",
    ".",
    "e30.e30.",
    "\xe9",
    "\x00",
    "1e999",
)
TEXTS = st.text(st.characters(max_codepoint=255), max_size=40) | st.lists(
    st.sampled_from(_HOSTILE), max_size=8
).map("".join)


@fuzz(
    case=st.sampled_from(CASES),
    at=st.integers(0, 20),
    value=TEXTS,
    start=st.integers(0, 200),
    inserted=st.binary(max_size=20) | TEXTS.map(str.encode),
    secret=st.text(max_size=20),
)
def test_requests_with_other_values_have_a_verdict(
    case: Case, at: int, value: str, start: int, inserted: bytes, secret: str
) -> None:
    lines = list(case.request.headers)
    if at < len(lines) and FIELD_VALUE.fullmatch(value):
        lines[at] = (lines[at][0], value)
    content = case.request.body.content
    content = content[:start] + inserted + content[start + len(inserted) :]
    request = replace(case.request, headers=tuple(lines), body=Body(content, len(content)))
    summary = providers.summarise(request)
    assert max(map(len, (summary.provider, summary.event, summary.text))) <= MAX_CHARACTERS
    for each in (case.secret, secret):
        with suppress(ProviderError):  # the user's options are invalid
            verdict = providers.get(case.provider).verify(request, each, **case.options)
            assert (verdict.reason is None) == verdict.ok
