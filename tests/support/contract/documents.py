"""The two documents, and validators of what lies in them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

DOCS = Path(__file__).parents[3] / "docs"
NAMES = ("asyncapi.yaml", "openapi.yaml")

# Where they stand for one another: asyncapi.yaml refers to openapi.yaml beside it.
_BASE = "contract:///docs/"
_LINEAR = jsonschema_rs.RegexOptions()  # the patterns are plain, and this engine is the faster one

Validator = jsonschema_rs.Draft202012Validator


class ContractBroken(AssertionError):
    """Something was said that the documents do not know."""


@cache
def document(name: str) -> dict[str, Any]:
    """The document of that name, as it is written: references are not followed."""
    return dict(yaml.safe_load((DOCS / name).read_text()))


@cache
def _registry() -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry([(_BASE + name, document(name)) for name in NAMES])


def validator(name: str, schema: dict[str, Any]) -> Validator:
    """Of a schema of that document: one that refers into it, or holds no reference."""
    if "$ref" in schema:
        schema = {"$ref": f"{_BASE}{name}{schema['$ref']}"}
    return Validator(schema, registry=_registry(), pattern_options=_LINEAR)


def follow(name: str, node: Any) -> Any:
    """The node, or what its reference into the document stands for."""
    while "$ref" in node:
        steps = node["$ref"].removeprefix("#/").split("/")
        node = document(name)
        for step in steps:
            node = node[step.replace("~1", "/")]
    return node


def demand(checked: Validator, value: Any, what: str) -> None:
    """Raises `ContractBroken` where the value does not fit."""
    if checked.is_valid(value):
        return
    errors = (
        f"{error.instance_path}: {error.message[:300]}" for error in checked.iter_errors(value)
    )
    raise ContractBroken(f"{what} is not as docs/ has it: {'; '.join(errors)}")
