"""Every error names its reason, including errors that libraries raise."""

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
def test_a_refusal_has_the_reason_and_message_of_the_registry(reason: Reason) -> None:
    assert re.fullmatch("[a-z]+(_[a-z]+)*", reason.word)
    assert re.fullmatch(r"[A-Z][^\n]+\.", reason.meaning)
    error = json.loads(error_json(Refusal(reason)))["error"]
    assert (error["code"], error["reason"]) == (reason.status, reason.word)
    assert error["message"] == reason.meaning
    assert error["name"] not in ("", "Unknown Error")


def test_every_reason_is_used() -> None:
    """werkzeug raises 405, so no code names its reason."""
    files = [file for file in PACKAGE.rglob("*.py") if file != PACKAGE / "errors.py"]
    source = "".join(file.read_text() for file in files)
    used = set(re.findall(r"\bReason\.([A-Z_]+)", source))
    assert used | {"METHOD_NOT_ALLOWED"} == {reason.name for reason in Reason}


def test_a_specific_message_keeps_the_reason() -> None:
    error = json.loads(error_json(Refusal(Reason.TARGET_TOO_LONG, "Longer than 256 bytes.")))
    assert error["error"]["reason"] == "target_too_long"
    assert error["error"]["message"] == "Longer than 256 bytes."


def test_retry_after_is_rounded_up_to_whole_seconds() -> None:
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
def test_an_error_of_a_library_has_the_reason_and_message_of_its_status(
    error: HTTPException, reason: Reason
) -> None:
    assert reason_of(error) is reason
    assert json.loads(error_json(error))["error"]["message"] == reason.meaning
