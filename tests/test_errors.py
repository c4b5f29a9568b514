"""Every error names its reason, those that libraries raise included."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from werkzeug.exceptions import (
    HTTPException,
    ImATeapot,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
)

from webhook_logger.errors import Reason, Refusal, error_headers, error_json, reason_of

PACKAGE = Path(__file__).parents[1] / "webhook_logger"


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.word)
def test_a_refusal_says_what_the_registry_says(reason: Reason) -> None:
    assert re.fullmatch("[a-z]+(_[a-z]+)*", reason.word)
    assert re.fullmatch(r"[A-Z][^\n]+\.", reason.meaning)
    error = json.loads(error_json(Refusal(reason)))["error"]
    assert (error["code"], error["reason"]) == (reason.status, reason.word)
    assert error["message"] == reason.meaning
    assert error["name"] not in ("", "Unknown Error")


def test_every_reason_has_a_use() -> None:
    """405 is werkzeug's, and comes with its status alone."""
    files = [file for file in PACKAGE.rglob("*.py") if file != PACKAGE / "errors.py"]
    source = "".join(file.read_text() for file in files)
    used = set(re.findall(r"\bReason\.([A-Z_]+)", source))
    assert used | {"METHOD_NOT_ALLOWED"} == {reason.name for reason in Reason}


def test_a_message_of_its_own_replaces_the_sentence_and_not_the_reason() -> None:
    error = json.loads(error_json(Refusal(Reason.TARGET_TOO_LONG, "Longer than 256 bytes.")))
    assert error["error"]["reason"] == "target_too_long"
    assert error["error"]["message"] == "Longer than 256 bytes."


def test_the_seconds_to_wait_are_whole_and_not_too_few() -> None:
    waits = Refusal(Reason.CALLBACK_RATE_EXCEEDED, retry_after=0.2)
    assert error_headers(waits)["Retry-After"] == "1"
    assert "Retry-After" not in error_headers(Refusal(Reason.NOT_FOUND))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotFound(), Reason.NOT_FOUND),
        (MethodNotAllowed(), Reason.METHOD_NOT_ALLOWED),
        (InternalServerError(), Reason.INTERNAL_ERROR),
        (ImATeapot(), Reason.BAD_REQUEST),
    ],
)
def test_what_a_library_raises_has_the_reason_of_its_status_and_its_sentence(
    error: HTTPException, reason: Reason
) -> None:
    assert reason_of(error) is reason
    assert json.loads(error_json(error))["error"]["message"] == reason.meaning
