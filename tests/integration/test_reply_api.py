"""Test the reply API of a running server with requests generated from docs/openapi.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import CheckFunction

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Server
from tests.support.sender import post
from tests.test_openapi import DOCUMENT

CASES = 100
"""Cases per operation."""

# The schema cannot exclude the header names that a reply must not set.
TOO_STRICT: list[CheckFunction] = [schemathesis.checks.positive_data_acceptance]

# Without the stream of events, which does not end.
api = (
    schemathesis.openapi.from_path(DOCUMENT)
    .include(path_regex="^/api/")
    .exclude(path_regex="/events$")
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Without a token, the path for operators does not exist, and gives 404 instead of 401.
    with Server(MAX_REPLY_CHANGES_PER_MINUTE=0, OPERATOR_TOKEN="t" * 32) as server:
        yield server


@api.parametrize()
@settings(max_examples=CASES, deadline=None)
def test_the_api_responds_as_documented(case: schemathesis.Case, server: Server) -> None:
    case.call_and_validate(
        base_url=server.url, excluded_checks=TOO_STRICT, timeout=PATIENCE_SECONDS
    )


def test_the_server_still_accepts_requests(server: Server) -> None:
    assert post(server.address, f"/{uuid4()}").status == 200
    assert "Traceback" not in server.log
