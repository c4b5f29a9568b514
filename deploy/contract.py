"""Generate docs/http.md from docs/openapi.yaml, and docs/stream.md from docs/asyncapi.yaml."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

from deploy.markdown import code, table
from deploy.schemas import (
    ASYNCAPI,
    OPENAPI,
    Node,
    document,
    fields,
    kind,
    node,
    object_link,
    payload,
    text,
)
from webhook_logger.errors import Reason

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
SERVER = "https://hooks.example.com"
EXAMPLES = {
    "{uuid}": "dab4b7e8-9783-8a7c-87b8-8657aef61edf",
    "{id}": "0199a3c4-2b10-7c3e-9d51-6f0f3f6b7a10",
}
VIEW_KEY = "AAAAAAAAAAAAAAAAAAAAAA"


# --- HTTP --------------------------------------------------------------------


def operations() -> str:
    """Return all operations, by their tags."""
    return "\n\n".join(_operations())


def objects() -> str:
    """Return the objects in bodies."""
    names = document(OPENAPI)["components"]["schemas"]
    return "\n\n".join("\n\n".join(_object(name)) for name in names)


def headers() -> str:
    """Return the headers of responses."""
    found = {
        (name, header.about, _value(header))
        for _, _, operation in _all_operations()
        for response in operation["responses"].values()
        for name, header in _headers(node(response, OPENAPI))
    }
    rows = [(f"`{name}`", value, about) for name, about, value in sorted(found)]
    return table(("header", "value", "meaning"), rows)


def reasons() -> str:
    """Return the reasons of errors, by status."""
    by_status: dict[int, list[str]] = {}
    for each in Reason:
        by_status.setdefault(each.status, []).append(each.word)
    rows = [(f"`{status}`", code(words)) for status, words in sorted(by_status.items())]
    return table(("status", "reasons"), rows)


def _operations() -> Iterator[str]:
    written: dict[str, str] = {}
    for tag in document(OPENAPI)["tags"]:
        yield f"## {tag['name'].capitalize()}"
        yield tag["description"]
        for path, methods, operation in _all_operations():
            if operation["tags"] == [tag["name"]]:
                yield from _operation(path, methods, operation, written)


def _all_operations() -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """Yield each path with its methods. Methods that do the same are one operation."""
    for path, item in document(OPENAPI)["paths"].items():
        same: dict[str, list[str]] = {}
        for method in (name for name in item if name in METHODS):
            same.setdefault(item[method]["summary"], []).append(method)
        for methods in same.values():
            operation = item[methods[0]]
            parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
            yield path, methods, {**operation, "parameters": parameters}


def _operation(
    path: str, methods: list[str], operation: dict[str, Any], written: dict[str, str]
) -> Iterator[str]:
    """Yield a section. `written`: the parts of earlier sections, which are not repeated."""
    title = f"{'Any method' if set(methods) == set(METHODS) else methods[0].upper()} `{path}`"
    yield f"### {title}"
    about = f"**{operation['summary']}.** {text(operation['description'])}"
    first = written.setdefault(about, title)
    yield about if first == title else f"The same as {first}."
    if parameters := [_parameter(node(each, OPENAPI)) for each in operation["parameters"]]:
        yield table(("parameter", "in", "type", "required", "meaning"), parameters)
    if body := operation.get("requestBody"):
        yield f"Body: {_content(body['content'])}."
    rows = [_response(*each) for each in operation["responses"].items()]
    responses = table(("status", "body", "headers", "meaning"), rows)
    first = written.setdefault(responses, title)
    yield responses if first == title else f"The responses are those of {first}."
    for status, each in operation["responses"].items():
        yield from _body(status, node(each, OPENAPI))
    yield from _example(path, methods[0], operation)


def _parameter(parameter: Node) -> tuple[str, ...]:
    value = parameter.value
    is_required = "yes" if value.get("required") else "no"
    words = kind(node(value["schema"], OPENAPI))
    return f"`{value['name']}`", value["in"], words, is_required, parameter.about


def _response(status: str, value: dict[str, Any]) -> tuple[str, ...]:
    response = node(value, OPENAPI)
    names = code(name for name, _ in _headers(response))
    content = response.value.get("content", {})
    return _status(status), _content(content) if content else "", names, response.about


def _body(status: str, response: Node) -> Iterator[str]:
    """Yield the fields of a body in JSON that is not one of the objects."""
    content = response.value.get("content", {}).get("application/json", {})
    schema = node(content.get("schema", {}), OPENAPI)
    if not schema.name and schema.value.get("type") == "object":
        yield f"The body of `{status}`:"
        yield from payload(schema)


def _status(status: str) -> str:
    return "any" if status == "default" else f"`{status}`"


def _headers(response: Node) -> Iterator[tuple[str, Node]]:
    for name, header in response.value.get("headers", {}).items():
        yield name, node(header, OPENAPI)


def _value(header: Node) -> str:
    schema = header.value["schema"]
    return f"`{schema['const']}`" if "const" in schema else schema["type"]


def _content(content: dict[str, Any]) -> str:
    """Return the objects that a body in JSON contains, and other media types."""
    words = []
    for media_type, each in content.items():
        schema = node(each.get("schema", {}), OPENAPI)
        words.append(object_link(schema) if schema.name else f"`{media_type}`")
    return " or ".join(words)


def _object(name: str) -> Iterator[str]:
    schema = node({"$ref": f"#/components/schemas/{name}"}, OPENAPI)
    yield f"### Object `{name}`"
    yield from filter(None, [schema.about])
    if base := schema.value.get("allOf"):
        required = code(schema.value["required"])
        yield f"The fields of {object_link(node(base[0], OPENAPI))}. Required are {required}."
    else:
        yield from payload(schema)


def _example(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    """Yield a command that calls an operation of the API, and its response."""
    if not path.startswith("/api/callbacks/"):
        return
    address = SERVER + path
    for name, value in EXAMPLES.items():
        address = address.replace(name, value)
    success = node(operation["responses"].get("200", {}), OPENAPI).value.get("content", {})
    words = ["curl"] if method == "get" else ["curl", "-X", method.upper()]
    if "text/event-stream" in success:
        words.append("--no-buffer")
    lines = [shlex.join([*words, address]), f'--header "Webhook-View-Key: {VIEW_KEY}"']
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        lines.append(f"--data {shlex.quote(json.dumps(body['example']))}")
    yield "```sh\n" + " \\\n  ".join(lines) + "\n```"
    if "application/json" in success:
        yield _json(success["application/json"]["example"])


# --- The stream --------------------------------------------------------------


def from_viewers() -> str:
    """Return the messages that viewers send, with their acknowledgements."""
    found = document(ASYNCAPI)["operations"].values()
    received = [each for each in found if each["action"] == "receive"]
    return "\n\n".join("\n\n".join(_received(each)) for each in received)


def to_viewers() -> str:
    """Return the events that a worker sends."""
    found = document(ASYNCAPI)["operations"].values()
    sent = [
        each
        for operation in found
        if operation["action"] == "send"
        for each in operation["messages"]
    ]
    return "\n\n".join("\n\n".join(_message(node(each, ASYNCAPI), "###")) for each in sent)


def request_fields() -> str:
    """Return the fields of a captured request."""
    rows = fields(node({"$ref": "#/components/schemas/CapturedRequest"}, ASYNCAPI))
    return table(
        ("field", "type", "meaning"), [(name, type_, about) for name, type_, _, about in rows]
    )


def _received(operation: dict[str, Any]) -> Iterator[str]:
    [message] = operation["messages"]
    yield from _message(node(message, ASYNCAPI), "###")
    yield text(operation["description"])
    for each in operation["reply"]["messages"]:
        yield from _message(node(each, ASYNCAPI), "####")


def _message(message: Node, level: str) -> Iterator[str]:
    name, title = message.value["name"], message.value["title"]
    if level == "###":
        yield f"### {name}"
        yield f"**{title}.** {message.about}".strip()
    else:
        yield f"{level} {title}"
        yield from filter(None, [message.about])
    schema = node(message.value["payload"], ASYNCAPI)
    yield from filter(None, [schema.about])
    yield from payload(schema)
    for example in message.value.get("examples", ()):
        yield _json(example["payload"])


def _json(value: object) -> str:
    return f"```json\n{_pretty(value)}\n```"


def _pretty(value: object) -> str:
    """Return JSON with one line for each field, as people write it."""
    if not isinstance(value, dict) or len(json.dumps(value)) < 80:
        return json.dumps(value, ensure_ascii=False)
    lines = [f'  "{name}": {json.dumps(each, ensure_ascii=False)}' for name, each in value.items()]
    return "{\n" + ",\n".join(lines) + "\n}"
