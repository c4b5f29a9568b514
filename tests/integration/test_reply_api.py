"""The reply API of a running server, driven by what docs/openapi.yaml says of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import CheckFunction

from tests.support.processes import Server
from tests.support.sender import post
from tests.test_openapi import DOCUMENT

CASES = 100
"""Of each operation."""

# A header that no reply may set is a string like others to a schema.
TOO_STRICT: list[CheckFunction] = [schemathesis.checks.positive_data_acceptance]

api = schemathesis.openapi.from_path(DOCUMENT).include(path_regex="^/api/")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(MAX_REPLY_CHANGES_PER_MINUTE=0) as server:
        yield server


@api.parametrize()
@settings(max_examples=CASES, deadline=None)
def test_it_responds_as_the_document_says(case: schemathesis.Case, server: Server) -> None:
    case.call_and_validate(base_url=server.url, excluded_checks=TOO_STRICT)


def test_the_server_is_as_well_as_before(server: Server) -> None:
    assert post(server.address, f"/{uuid4()}").status == 200
    assert "Traceback" not in server.log
