"""docs/protocol.md says in words what the two documents say; readers have no second truth."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import Config
from tests.support.contract import protocol
from tests.support.contract.documents import document, follow, require_valid, validator
from tests.support.contract.protocol import code_spans, table
from webhook_logger.reply import headers, value
from webhook_logger.viewers import PING_SECONDS, PING_TIMEOUT_SECONDS

OPENAPI, ASYNCAPI = "openapi.yaml", "asyncapi.yaml"
SEND = ("path", "effect")
API = ("path", "method", "effect", "statuses")
SAID = ("event", "payload", "acknowledgement")
HEARD = ("event", "payload", "when")
FIELDS = ("field", "meaning")


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    return dict(document(OPENAPI)["paths"])


@pytest.fixture(scope="module")
def callback(paths: dict[str, Any]) -> dict[str, Any]:
    """The document's responses of a callback."""
    return dict(paths["/{uuid}"]["post"]["responses"])


def payload_of(message: str) -> dict[str, Any]:
    message_ = document(ASYNCAPI)["components"]["messages"][message]
    return dict(follow(ASYNCAPI, message_["payload"])["properties"])


def test_it_has_every_path(paths: dict[str, Any]) -> None:
    told = [code_spans(row[0])[0] for row in (*table(*SEND), *table(*API))]
    assert set(told) == set(paths)


def test_it_has_every_operation_with_every_status(paths: dict[str, Any]) -> None:
    told = {
        (code_spans(path)[0], code_spans(method)[0]): code_spans(responses)
        for path, method, _, responses in table(*API)
    }
    for path, item in paths.items():
        for method, operation in item.items():
            if method != "parameters" and "callback" not in operation["tags"]:
                assert told.pop((path, method.upper())) == sorted(operation["responses"])
    assert not told


def test_it_has_every_header_and_status_of_a_callback(callback: dict[str, Any]) -> None:
    told = [code_spans(row[0])[0] for row in table("header", "value")]
    assert told == list(callback["default"]["headers"])
    rows = table("status", "when", "published?", "action")
    statuses = {status for row in rows for status in code_spans(row[0])}
    assert statuses == {"200", *callback} - {"default"}


def test_what_it_says_of_retries_is_in_the_document(callback: dict[str, Any]) -> None:
    rows = table("status", "when", "published?", "action")
    waits = {status for row in rows if "Retry-After" in row[3] for status in code_spans(row[0])}
    headers = {
        status: follow(OPENAPI, told).get("headers", {}) for status, told in callback.items()
    }
    assert waits == {status for status, told in headers.items() if "Retry-After" in told}


def test_it_has_every_field_of_a_reply_with_its_default() -> None:
    fields = document(OPENAPI)["components"]["schemas"]["Reply"]["properties"]
    rows = {code_spans(row[0])[0]: row[1] for row in table("field", "default", "meaning")}
    assert list(rows) == list(fields)
    for name, default in rows.items():
        if name != "body":
            assert json.loads(code_spans(default)[0]) == fields[name]["default"]


def test_it_has_every_event_with_every_field() -> None:
    rows = {code_spans(row[0])[0]: row[1] for row in table(*HEARD)}
    told = [
        follow(ASYNCAPI, follow(ASYNCAPI, message))["name"]
        for message in document(ASYNCAPI)["operations"]["tell"]["messages"]
    ]
    assert list(rows) == told
    for name, payload in rows.items():
        if name != "request":
            assert set(payload_of(name)) <= set(code_spans(payload)), name


def test_it_has_every_message_of_a_viewer_with_every_field() -> None:
    rows = {code_spans(row[0])[0]: row[1] for row in table(*SAID)}
    assert list(rows) == ["CONNECT", "join", "leave"]
    for name, payload in rows.items():
        assert list(dict.fromkeys(code_spans(payload))) == list(payload_of(name.lower())), name


def test_it_has_every_value_that_a_field_can_have() -> None:
    rows = {code_spans(row[0])[0]: " ".join(row) for row in table(*HEARD)}
    for name, field in (("responded", "by"), ("status", "queue"), ("bye", "reason")):
        assert set(payload_of(name)[field]["enum"]) <= set(code_spans(rows[name]))


def test_it_has_every_field_of_a_captured_request() -> None:
    request = payload_of("request")
    body = follow(ASYNCAPI, request.pop("body"))["properties"]
    told = [name for row in table(*FIELDS) for name in code_spans(row[0])]
    assert told == [*request, *(f"body.{name}" for name in body)]


def test_its_captured_request_is_one() -> None:
    example = json.loads(protocol.code("json request"))
    require_valid(
        validator(ASYNCAPI, {"$ref": "#/components/schemas/CapturedRequest"}), example, "it"
    )
    assert len(example["body"]["content"]) == example["body"]["size"]


def test_its_error_is_one() -> None:
    example = json.loads(protocol.code("json"))
    require_valid(validator(OPENAPI, {"$ref": "#/components/schemas/Error"}), example, "it")


def test_its_snippets_name_what_a_reader_replaces() -> None:
    for info in ("js stream", "python stream", "js bare", "sh reply", "sh respond"):
        replaced = protocol.snippet(info, "http://127.0.0.1:1", "nobody")
        assert "hooks.example.com" not in replaced
        assert protocol.UUID not in replaced


def test_the_limits_that_it_names_are_those() -> None:
    config = Config()
    told = {
        "MAX_BODY_BYTES`, 1 MiB by default": config.MAX_BODY_BYTES == 2**20,
        "10 seconds (`RESPONSE_TIMEOUT`)": config.RESPONSE_TIMEOUT == 10,
        "at most 32 (`MAX_ROOMS_PER_VIEWER`)": config.MAX_ROOMS_PER_VIEWER == 32,
        "4 KiB (`MAX_MESSAGE_BYTES`)": config.MAX_MESSAGE_BYTES == 4 * 2**10,
        "at most 100 a second (`MAX_MESSAGES_PER_SECOND`)": config.MAX_MESSAGES_PER_SECOND == 100,
        f"{headers.MAX_HEADERS} lines and {headers.MAX_HEADER_BYTES:,} bytes": True,
        f"at most {value.MAX_BODY_BYTES:,} bytes": True,
        f"before the response, at most {value.MAX_DELAY_SECONDS}": True,
        f"pings every {PING_SECONDS} seconds": True,
        f"does not respond within {PING_TIMEOUT_SECONDS} seconds.": True,
    }
    for text, is_so in told.items():
        assert text in protocol.TEXT
        assert is_so, text
