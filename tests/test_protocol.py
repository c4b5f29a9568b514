"""docs/protocol.md agrees with the OpenAPI and AsyncAPI documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import Config
from tests.support.contract import protocol
from tests.support.contract.documents import document, follow, require_valid, validator
from tests.support.contract.protocol import code_spans, table
from webhook_logger.callbacks import is_private, uuid_of_key
from webhook_logger.reply import fields, headers
from webhook_logger.viewers import PING_SECONDS, PING_TIMEOUT_SECONDS

OPENAPI, ASYNCAPI = "openapi.yaml", "asyncapi.yaml"
CALLBACK = ("path", "effect")
API = ("path", "method", "effect", "statuses")
FROM_VIEWERS = ("event", "payload", "acknowledgement")
TO_VIEWERS = ("event", "payload", "when")


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    return dict(document(OPENAPI)["paths"])


@pytest.fixture(scope="module")
def callback(paths: dict[str, Any]) -> dict[str, Any]:
    """The documented responses of a callback."""
    return dict(paths["/{uuid}"]["post"]["responses"])


def test_its_program_creates_a_private_callback(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(protocol.code("python private"), "protocol.md", "exec"), {})
    uuid, key = capsys.readouterr().out.split()
    assert uuid == uuid_of_key(key)
    assert is_private(uuid)


def payload_of(message: str) -> dict[str, Any]:
    message_ = document(ASYNCAPI)["components"]["messages"][message]
    return dict(follow(ASYNCAPI, message_["payload"])["properties"])


def test_it_lists_every_path(paths: dict[str, Any]) -> None:
    listed = [code_spans(row[0])[0] for row in (*table(*CALLBACK), *table(*API))]
    assert set(listed) == set(paths)


def test_it_lists_every_operation_with_every_status(paths: dict[str, Any]) -> None:
    listed = {
        (code_spans(path)[0], code_spans(method)[0]): code_spans(responses)
        for path, method, _, responses in table(*API)
    }
    for path, item in paths.items():
        for method, operation in item.items():
            if method != "parameters" and "callback" not in operation["tags"]:
                assert listed.pop((path, method.upper())) == sorted(operation["responses"])
    assert not listed


def test_it_lists_every_header_and_status_of_a_callback(callback: dict[str, Any]) -> None:
    listed = [code_spans(row[0])[0] for row in table("header", "value")]
    assert listed == list(callback["default"]["headers"])
    rows = table("status", "when", "published?", "action")
    statuses = {status for row in rows for status in code_spans(row[0])}
    assert statuses == {"200", *callback} - {"default"}


def test_its_retries_match_the_openapi_document(callback: dict[str, Any]) -> None:
    rows = table("status", "when", "published?", "action")
    waits = {status for row in rows if "Retry-After" in row[3] for status in code_spans(row[0])}
    headers = {
        status: follow(OPENAPI, response).get("headers", {})
        for status, response in callback.items()
    }
    assert waits == {status for status, names in headers.items() if "Retry-After" in names}


def test_it_lists_every_field_of_a_reply_with_its_default() -> None:
    fields = document(OPENAPI)["components"]["schemas"]["Reply"]["properties"]
    rows = {code_spans(row[0])[0]: row[1] for row in table("field", "default", "meaning")}
    assert list(rows) == list(fields)
    for name, default in rows.items():
        if name != "body":
            assert json.loads(code_spans(default)[0]) == fields[name]["default"]


def test_it_lists_every_event_with_every_field() -> None:
    rows = {code_spans(row[0])[0]: row[1] for row in table(*TO_VIEWERS)}
    listed = [
        follow(ASYNCAPI, follow(ASYNCAPI, message))["name"]
        for message in document(ASYNCAPI)["operations"]["tell"]["messages"]
    ]
    assert list(rows) == listed
    for name, payload in rows.items():
        if name != "request":
            assert set(payload_of(name)) <= set(code_spans(payload)), name


def test_it_lists_every_message_of_a_viewer_with_every_field() -> None:
    rows = {code_spans(row[0])[0]: row[1] for row in table(*FROM_VIEWERS)}
    assert list(rows) == ["CONNECT", "join", "leave"]
    for name, payload in rows.items():
        assert list(dict.fromkeys(code_spans(payload))) == list(payload_of(name.lower())), name


def test_it_lists_every_value_of_a_field() -> None:
    rows = {code_spans(row[0])[0]: " ".join(row) for row in table(*TO_VIEWERS)}
    for name, field in (("responded", "by"), ("status", "queue"), ("bye", "reason")):
        assert set(payload_of(name)[field]["enum"]) <= set(code_spans(rows[name]))


def test_its_example_of_a_captured_request_is_valid() -> None:
    example = json.loads(protocol.code("json request"))
    require_valid(
        validator(ASYNCAPI, {"$ref": "#/components/schemas/CapturedRequest"}), example, "it"
    )
    assert len(example["body"]["content"]) == example["body"]["size"]


def test_its_example_of_an_error_is_valid() -> None:
    example = json.loads(protocol.code("json"))
    require_valid(
        validator(OPENAPI, {"$ref": "#/components/schemas/Error"}), example, "the example"
    )


SHELL = ("sh reply", "sh rules", "sh sequence", "sh template", "sh respond")


def test_its_snippets_contain_the_placeholders_that_a_reader_replaces() -> None:
    for info in ("js stream", "python stream", "js bare", *SHELL):
        replaced = protocol.snippet(info, "http://127.0.0.1:1", "a-uuid")
        assert "hooks.example.com" not in replaced
        assert protocol.UUID not in replaced


def test_its_limits_match_the_settings() -> None:
    config = Config()
    listed = {
        "MAX_BODY_BYTES`, 1 MiB by default": config.MAX_BODY_BYTES == 2**20,
        "10 seconds (`RESPONSE_TIMEOUT`)": config.RESPONSE_TIMEOUT == 10,
        "at most 32 (`MAX_ROOMS_PER_VIEWER`)": config.MAX_ROOMS_PER_VIEWER == 32,
        "4 KiB (`MAX_MESSAGE_BYTES`)": config.MAX_MESSAGE_BYTES == 4 * 2**10,
        "at most 100 a second (`MAX_MESSAGES_PER_SECOND`)": config.MAX_MESSAGES_PER_SECOND == 100,
        f"{headers.MAX_HEADERS} lines and {headers.MAX_HEADER_BYTES:,} bytes": True,
        f"at most {fields.MAX_BODY_BYTES:,} bytes": True,
        f"before the response, at most {fields.MAX_DELAY_SECONDS}": True,
        f"pings every {PING_SECONDS} seconds": True,
        f"does not respond within {PING_TIMEOUT_SECONDS} seconds.": True,
    }
    for text, matches in listed.items():
        assert text in protocol.TEXT
        assert matches, text
