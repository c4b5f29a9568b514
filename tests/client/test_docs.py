"""docs/client.md documents the whole public API."""

from __future__ import annotations

import re

import pytest

from tests.support.processes import ROOT
from webhook_logger import client, providers
from webhook_logger.client import errors

MANUAL = (ROOT / "docs/client.md").read_text()


@pytest.mark.parametrize("name", [*client.__all__, *providers.__all__])
def test_the_manual_documents_every_public_name(name: str) -> None:
    if name in ("Body", "Event", "Provider", "Verdict"):  # described without their names
        return
    assert re.search(rf"\b{name}\b", MANUAL)


@pytest.mark.parametrize("kind", [client.Inbox, client.AsyncInbox, client.CapturedRequest])
def test_the_manual_documents_every_method(kind: type) -> None:
    own = [name for name in dir(kind) if not name.startswith("_")]
    missing = [name for name in own if name not in ("accepted", "open") and name not in MANUAL]
    assert missing == []


def test_the_tree_of_errors_in_the_manual_is_complete() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    drawn = errors.__doc__ or ""
    for kind in kinds:
        assert f"{kind.__name__} " in drawn.replace("\n", " ")
        assert kind.__name__ in MANUAL
        assert kind.__name__ in client.__all__


def test_the_limits_in_the_manual_match_the_code() -> None:
    from webhook_logger.client.stream.mailbox import MAX_BYTES, MAX_REQUESTS

    assert f"{MAX_REQUESTS:,} requests" in MANUAL
    assert f"{MAX_BYTES >> 20} MiB" in MANUAL
