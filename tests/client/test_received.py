"""A received request knows its provider."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from tests.providers.vectors import files, read, request_of
from tests.support.processes import ROOT
from tests.wire_fixture import samples
from webhook_logger.client import CapturedRequest
from webhook_logger.client.stream import wire

NAMES = {"provider": "provider", "event": "event", "delivery": "delivery_id"}
"""The properties of a request for the fields of a vector."""


def test_it_has_the_provider_of_the_vectors() -> None:
    checked = 0
    for vector in (vector for file in files() for vector in read(file)):
        if expected := vector.get("recognised"):
            request = CapturedRequest.from_wire(request_of(vector).to_wire())
            found = {name: getattr(request, NAMES[name]) for name in NAMES.keys() & expected.keys()}
            assert found.items() <= expected.items(), vector["about"]
            checked += len(found)
    assert checked > 100


def test_an_unknown_provider_is_empty() -> None:
    request = wire.captured(samples()[0].to_wire())
    assert (request.provider, request.event, request.delivery_id) == ("", "", "")


def test_a_changed_copy_is_recognised_again() -> None:
    request = CapturedRequest.from_wire(samples()[0].to_wire())
    assert request.provider == ""
    assert replace(request, headers=(("X-GitHub-Event", "push"),)).provider == "github"


def test_the_registry_is_read_only_when_it_is_needed() -> None:
    code = """
from webhook_logger.client import Inbox
from webhook_logger.providers import provider
print(provider.providers.cache_info().currsize)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
