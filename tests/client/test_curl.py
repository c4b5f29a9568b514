"""Requests as curl commands, the same as those of the page."""

from __future__ import annotations

import json
from pathlib import Path

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.curl import curl

CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "curl.json").read_text())


def test_a_command_is_the_same_as_on_the_page() -> None:
    for case in CASES["cases"]:
        request = CapturedRequest.from_wire(CASES["request"] | case["request"])
        assert curl(request, case["origin"]) == case["command"], case["why"]


def test_a_large_body_is_piped() -> None:
    body = {"size": 200_000, "encoding": "utf-8", "content": "x" * 200_000, "complete": True}
    request = CapturedRequest.from_wire(CASES["request"] | {"body": body})
    assert curl(request, "http://localhost").startswith("printf '%s' 'xxx")
