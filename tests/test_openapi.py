"""docs/openapi.yaml is valid OpenAPI 3.1 and describes the views."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from werkzeug.exceptions import NotFound

from config import Config
from tests.support.contract.documents import follow, require_valid, validator
from tests.support.contract.http import ANY_REQUEST, NAME
from webhook_logger.app import create_app
from webhook_logger.callbacks import UUID_PATTERN, VIEW_KEY_HEADER
from webhook_logger.errors import Reason, Refusal, error_json
from webhook_logger.reply import Reply, headers, response_to_json
from webhook_logger.reply import fields as limits
from webhook_logger.reply.value import STATUSES_WITHOUT_BODY

DOCUMENT = Path(__file__).parents[1] / "docs/openapi.yaml"
CALLBACK_PATHS = ("/{uuid}", "/{uuid}/{rest}", "/{uuid}/status/{code}")
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return dict(yaml.safe_load(DOCUMENT.read_text()))


def reply_of(document: dict[str, Any]) -> dict[str, Any]:
    return dict(document["components"]["schemas"]["Reply"]["properties"])


def test_the_document_is_valid() -> None:
    schemathesis.openapi.from_path(DOCUMENT).validate()


def test_it_lists_exactly_the_paths_and_methods_of_the_views(document: dict[str, Any]) -> None:
    served = set()
    for rule in create_app(Config()).url_map.iter_rules():
        path = re.sub("<(uuid:)?([a-z]+)>", r"{\2}", rule.rule)
        if rule.methods is not None and not path.startswith("/static/"):
            served |= {(path, method.lower()) for method in rule.methods - {"HEAD", "OPTIONS"}}
    documented = {(path, name) for path, item in document["paths"].items() for name in item}
    documented = {(path, name) for path, name in documented if name in METHODS}
    callbacks = {(path, name) for path in CALLBACK_PATHS for name in METHODS}
    documented -= {(path, name) for path, name in documented if path.startswith("/static/")}
    assert callbacks <= documented
    assert documented - callbacks == served


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, name): operation
        for path, item in document["paths"].items()
        for name, operation in item.items()
        if name in METHODS
    }


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Yield the node and all mappings in it."""
    if isinstance(node, dict):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for each in children:
        yield from nodes(each)


def test_every_component_is_used(document: dict[str, Any]) -> None:
    """asyncapi.yaml refers to components of openapi.yaml, too."""
    asyncapi = yaml.safe_load((DOCUMENT.parent / "asyncapi.yaml").read_text())
    used = {
        node["$ref"].partition("#")[2] for node in nodes([document, asyncapi]) if "$ref" in node
    }
    schemes = [name for each in nodes(document) for one in each.get("security", []) for name in one]
    used |= {f"/components/securitySchemes/{name}" for name in schemes}
    for kind, components in document["components"].items():
        for name in components:
            place = f"/components/{kind}/{name}"
            assert any(each == place or each.startswith(f"{place}/") for each in used), place


def test_every_operation_has_a_unique_id_and_a_described_tag(
    document: dict[str, Any],
) -> None:
    every = operations(document)
    assert len({each["operationId"] for each in every.values()}) == len(every)
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {tag for each in every.values() for tag in each["tags"]} == described
    assert all(each["summary"] and each["description"] for each in every.values())


def test_every_operation_documents_a_successful_response(document: dict[str, Any]) -> None:
    for place, operation in operations(document).items():
        assert any(status[0] in "23" for status in operation["responses"]), place
        for response in operation["responses"].values():
            assert follow(NAME, response)["description"], place


def test_every_parameter_of_a_path_is_declared(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        parameters = [follow(NAME, each) for each in item.get("parameters", [])]
        declared = [each["name"] for each in parameters if each["in"] == "path"]
        assert declared == re.findall("{(.*?)}", path)
        assert not path.endswith("/") or path == "/"


def test_every_operation_on_a_callback_documents_the_view_key(document: dict[str, Any]) -> None:
    items = [item for path, item in document["paths"].items() if path.startswith("/api/callbacks/")]
    assert items
    for item in items:
        assert VIEW_KEY_HEADER in [follow(NAME, each)["name"] for each in item["parameters"]]
        assert all("403" in item[name]["responses"] for name in METHODS & set(item))


def test_every_array_describes_its_items(document: dict[str, Any]) -> None:
    arrays = [node for node in nodes(document["components"]) if node.get("type") == "array"]
    assert arrays
    assert all("items" in array for array in arrays)


def test_every_default_and_example_matches_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for node in nodes(document):
        given = [node[word] for word in ("default", "example") if word in node]
        if given and ("type" in node or "$ref" in node):
            given += node.get("examples", [])
            for value in given:
                checked += 1
                require_valid(validator(NAME, node), value, f"{value!r} of {node}")
        if "schema" in node and "example" in node:  # of a body
            checked += 1
            require_valid(validator(NAME, node["schema"]), node["example"], f"{node}")
    assert checked >= 9


def test_callback_paths_document_404(document: dict[str, Any]) -> None:
    for path in CALLBACK_PATHS:
        assert "404" in document["paths"][path]["post"]["responses"]


def test_the_description_lists_the_responses_of_any_request(document: dict[str, Any]) -> None:
    documented = document["info"]["description"]
    assert all(f" {status}" in documented for status in ANY_REQUEST)


def test_the_error_schema_matches_the_errors_of_the_server(document: dict[str, Any]) -> None:
    fields = document["components"]["schemas"]["Error"]["properties"]["error"]
    error = json.loads(error_json(NotFound()))["error"]
    assert list(error) == fields["required"]
    refusal_with_field = Refusal(Reason.REPLY_INVALID, field="status")
    assert list(json.loads(error_json(refusal_with_field))["error"]) == list(fields["properties"])


def test_the_uuid_pattern_is_that_of_the_server(document: dict[str, Any]) -> None:
    assert document["components"]["parameters"]["uuid"]["schema"]["pattern"] == f"^{UUID_PATTERN}$"


def test_it_lists_every_field_of_a_reply_with_its_default(document: dict[str, Any]) -> None:
    fields = reply_of(document)
    assert list(fields) == [field.name for field in dataclasses.fields(Reply)]
    shown = Reply().to_wire()
    assert {name: fields[name]["default"] for name in shown} == shown
    assert document["components"]["schemas"]["WholeReply"]["required"] == list(shown)


def test_the_response_schema_matches_a_live_response(document: dict[str, Any]) -> None:
    fields = document["components"]["schemas"]["Response"]["properties"]
    assert list(fields) == list(json.loads(response_to_json(Reply())))
    assert f"{Config().MAX_BODY_BYTES:,} by default" in fields["body"]["description"]


def test_it_documents_the_limits_of_a_reply(document: dict[str, Any]) -> None:
    fields = reply_of(document)
    assert fields["headers"]["maxItems"] == headers.MAX_HEADERS
    assert fields["delay"]["maximum"] == limits.MAX_DELAY_SECONDS
    assert fields["times"]["maximum"] == limits.MAX_TIMES
    assert f"{headers.MAX_HEADER_BYTES:,} bytes" in fields["headers"]["description"]
    assert f"{limits.MAX_BODY_BYTES:,} bytes" in fields["body"]["description"]
    *some, last = map(str, STATUSES_WITHOUT_BODY)
    assert f"{', '.join(some)} or {last}" in fields["status"]["description"]
