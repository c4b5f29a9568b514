"""Write the schemas of docs/openapi.yaml and docs/asyncapi.yaml as tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from deploy.markdown import one_line, table

DOCS = Path(__file__).parents[1] / "docs"
OPENAPI, ASYNCAPI = "openapi.yaml", "asyncapi.yaml"
_LARGEST = 2**53 - 1
"""The largest integer that JSON can transport to JavaScript: not worth a mention."""


@cache
def document(name: str) -> dict[str, Any]:
    """Return one of the documents."""
    return dict(yaml.safe_load((DOCS / name).read_text()))


class Node(NamedTuple):
    """A value in one of the documents, with all references to it followed."""

    value: dict[str, Any]
    file: str
    name: str
    """The last step of the reference to it; empty if the value is written in place."""
    about: str
    """Its description. That next to a reference comes first."""


def node(value: dict[str, Any], file: str, about: str = "") -> Node:
    """Follow the references of a value in a document."""
    name = ""
    about = about or value.get("description", "")
    while "$ref" in value:
        other, _, path = value["$ref"].partition("#/")
        file = other or file
        value = document(file)
        for name in path.split("/"):
            value = value[name]
        about = about or value.get("description", "")
    return Node(value, file, name, text(about))


def text(about: str) -> str:
    """Return a description in one line, with links to the documents that it names."""
    linked = re.sub(r"\b(errors|protocol)\.md\b", r"[\g<0>](\g<0>)", one_line(about))
    return linked.replace("asyncapi.yaml", "[asyncapi.yaml](stream.md)")


def payload(schema: Node) -> Iterator[str]:
    """Yield the tables of an object's fields: one, or one for each of its forms."""
    forms = schema.value.get("oneOf")
    if forms is None:
        yield _fields_table(schema)
        return
    for each in forms:
        form = node(each, schema.file)
        marks = {
            name: field["const"]
            for name, field in form.value["properties"].items()
            if "const" in field
        }
        yield f"If {' and '.join(f'`{name}` is {_json(value)}' for name, value in marks.items())}:"
        yield _fields_table(form)


def fields(schema: Node, prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Yield the name, type, necessity and meaning of each field, also of nested ones."""
    required = schema.value.get("required", ())
    for name, value in schema.value.get("properties", {}).items():
        field = node(value, schema.file)
        words = kind(field)
        if "default" in field.value:
            words += f", default {_json(field.value['default'])}"
        is_required = "yes" if name in required else "no"
        yield f"`{prefix}{name}`", words, is_required, field.about
        items = node(field.value.get("items", {}), field.file)
        if not _is_object(field):
            yield from fields(field, f"{prefix}{name}.")
        if not _is_object(items):
            yield from fields(items, f"{prefix}{name}[].")


def kind(schema: Node) -> str:
    """Return the type of a value in words, with its limits."""
    value = schema.value
    if _is_object(schema):
        return object_link(schema)
    if "const" in value:
        return _json(value["const"])
    if "enum" in value:
        *others, last = map(_json, value["enum"])
        return f"{', '.join(others)} or {last}"
    forms = value.get("oneOf") or value.get("anyOf")
    if forms:
        return " or ".join(kind(node(each, schema.file)) for each in forms)
    names = value.get("type", "any value")
    words = " or ".join(names) if isinstance(names, list) else names
    if words == "array":
        words = _array(schema)
    return ", ".join([words, *_limits(value)])


def object_link(schema: Node) -> str:
    """Return a link to the section of an object."""
    return f"[{schema.name}](http.md#object-{schema.name.lower()})"


def _is_object(schema: Node) -> bool:
    """Return whether the schema is an object of openapi.yaml, which has a section there."""
    is_listed = schema.name in document(OPENAPI)["components"]["schemas"]
    return schema.file == OPENAPI and is_listed


def _fields_table(schema: Node) -> str:
    rows = list(fields(schema))
    return table(("field", "type", "required", "meaning"), rows) if rows else "No fields."


def _array(schema: Node) -> str:
    items = node(schema.value["items"], schema.file)
    if items.value.get("minItems") == items.value.get("maxItems") == 2:
        return "array of pairs of strings"
    return f"array of {kind(items)}"


def _limits(value: dict[str, Any]) -> Iterator[str]:
    low, high = value.get("minimum"), value.get("maximum")
    high = None if high == _LARGEST else high
    if low is not None and high is not None:
        yield f"{low:,} to {high:,}"
    elif low is not None:
        yield f"at least {low:,}"
    elif high is not None:
        yield f"at most {high:,}"
    if "maxLength" in value:
        yield f"at most {value['maxLength']:,} characters"
    if "maxItems" in value:
        yield f"at most {value['maxItems']:,} items"


def _json(value: object) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"
