"""Read the two contract documents and validate values against their schemas."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

DOCS = Path(__file__).parents[3] / "docs"
NAMES = ("asyncapi.yaml", "openapi.yaml")

# asyncapi.yaml refers to openapi.yaml by a relative path.
_BASE = "contract:///docs/"
_LINEAR = jsonschema_rs.RegexOptions()  # faster, and enough for our patterns

Validator = jsonschema_rs.Draft202012Validator


class ContractBroken(AssertionError):
    """A message or response does not match the documents."""


@cache
def document(name: str) -> dict[str, Any]:
    """Return the document of that name, with its references unresolved."""
    return dict(yaml.safe_load((DOCS / name).read_text()))


@cache
def _registry() -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry([(_BASE + name, document(name)) for name in NAMES])


def validator(name: str, schema: dict[str, Any]) -> Validator:
    """Return a validator for a schema. Its references are resolved in that document."""
    absolute = _with_absolute_references(schema, _BASE + name)
    return Validator(absolute, registry=_registry(), pattern_options=_LINEAR)


def _with_absolute_references(node: Any, base: str) -> Any:
    if isinstance(node, dict):
        within = node.get("$ref", "").startswith("#")
        return {
            key: base + each if key == "$ref" and within else _with_absolute_references(each, base)
            for key, each in node.items()
        }
    return (
        [_with_absolute_references(each, base) for each in node] if isinstance(node, list) else node
    )


def follow(name: str, node: Any) -> Any:
    """Resolve the node's references into the document."""
    while "$ref" in node:
        steps = node["$ref"].removeprefix("#/").split("/")
        node = document(name)
        for step in steps:
            node = node[step.replace("~1", "/")]
    return node


def require_valid(checked: Validator, value: Any, what: str) -> None:
    """Raise `ContractBroken` when the value does not match."""
    if checked.is_valid(value):
        return
    errors = (
        f"{error.instance_path}: {error.message[:300]}" for error in checked.iter_errors(value)
    )
    raise ContractBroken(f"{what} does not match docs/: {'; '.join(errors)}")
