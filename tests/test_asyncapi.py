"""docs/asyncapi.yaml is valid AsyncAPI 3.0 and describes the messages of viewers and workers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag

import jsonschema_rs
import pytest

from tests.support.contract.documents import DOCS, NAMES, document, follow, require_valid, validator
from tests.support.contract.stream import NAME, documented_events
from tests.wire_fixture import FIXTURE, samples
from webhook_logger.callbacks import UUID_PATTERN
from webhook_logger.viewers.join import MAX_EPOCH_CHARACTERS

SCHEMA = DOCS.parent / "node_modules/@asyncapi/specs/schemas/3.0.0.json"
SENT_BY_VIEWERS = {"Auth", "Join", "Leave"}
"""Messages of viewers, which may have unknown fields."""
OPTIONAL = {"trailers", "recovered", "responder", "callback_url", "seconds"}
"""Fields that a worker omits when they are empty."""
OPTIONAL_IN = {"Responded": {"headers", "body"}, "Status": {"uuid"}}
"""The same, for schemas with a field that others require."""


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    return dict(document(NAME)["components"]["schemas"])


def mappings(node: Any) -> Iterator[dict[str, Any]]:
    """Yield the node and all mappings in it."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from mappings(value)
    elif isinstance(node, list):
        for value in node:
            yield from mappings(value)


def test_the_document_is_valid() -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema_rs.Draft7Validator(schema).validate(document(NAME))


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_has_a_target(name: str) -> None:
    references = {node["$ref"] for node in mappings(document(name)) if "$ref" in node}
    assert references
    for reference in references:
        other, fragment = urldefrag(reference)
        assert follow(other or name, {"$ref": f"#{fragment}"})


def test_every_message_has_an_example_that_matches_its_schema() -> None:
    for name, message in document(NAME)["components"]["messages"].items():
        assert message["examples"], name
        for example in message["examples"]:
            require_valid(validator(NAME, message["payload"]), example["payload"], name)


def test_every_message_belongs_to_an_operation() -> None:
    operations = list(document(NAME)["operations"].values())
    used = [message for operation in operations for message in operation["messages"]]
    used += [
        message
        for operation in operations
        for message in operation.get("reply", {}).get("messages", [])
    ]
    channel = document(NAME)["channels"]["stream"]["messages"]
    assert {message["$ref"].rpartition("/")[2] for message in used} == set(channel)
    assert set(channel) == set(document(NAME)["components"]["messages"])


def test_messages_of_workers_have_documented_fields_only(schemas: dict[str, Any]) -> None:
    for name, schema in schemas.items():
        for node in mappings(schema):
            if node.get("type") == "object":
                assert (node.get("additionalProperties") is False) == (
                    name not in SENT_BY_VIEWERS
                ), name
                optional = OPTIONAL | OPTIONAL_IN.get(name, set())
                always = [field for field in node["properties"] if field not in optional]
                assert name in SENT_BY_VIEWERS or node["required"] == always


def test_it_lists_every_field_of_a_captured_request_in_order(schemas: dict[str, Any]) -> None:
    wire = samples()[-1].to_wire()
    assert list(schemas["CapturedRequest"]["properties"]) == list(wire)
    assert list(schemas["Body"]["properties"]) == list(wire["body"])


@pytest.mark.parametrize(
    "row", json.loads(FIXTURE.read_text()), ids=lambda row: row["wire"]["path"]
)
def test_the_shared_fixture_matches_the_document(row: dict[str, Any]) -> None:
    require_valid(
        validator(NAME, {"$ref": "#/components/schemas/CapturedRequest"}), row["wire"], "a row"
    )


def test_its_patterns_and_limits_are_those_of_the_server(schemas: dict[str, Any]) -> None:
    assert schemas["AnyUuid"]["pattern"] == f"^{UUID_PATTERN}$"
    assert schemas["LastEpoch"]["maxLength"] == MAX_EPOCH_CHARACTERS
    assert schemas["LastSeq"]["maximum"] == 2**53 - 1


def test_workers_send_every_documented_event() -> None:
    package = DOCS.parent / "webhook_logger"
    source = "".join(file.read_text() for file in package.rglob("*.py"))
    sent = {
        name for name in documented_events() if f'2["{name}"' in source or f'("{name}", ' in source
    }
    assert sent == documented_events()
