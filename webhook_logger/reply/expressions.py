"""The expressions of templates: each one is replaced by a value of the request."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timezone

from webhook_logger.headers import TOKEN
from webhook_logger.reply.fields import MAX_BODY_BYTES
from webhook_logger.reply.request_values import (
    MAX_SHOWN,
    JsonValue,
    RequestValues,
    head_text,
    parse_pointer,
)

ValueOf = Callable[[RequestValues], JsonValue]

BRACES = '"{{"'
"""The expression for two braces, as in other template languages."""


def _body(values: RequestValues) -> str | None:
    content = values.request.body.content
    return content.decode(errors="replace") if len(content) <= MAX_BODY_BYTES else None


_PLAIN: dict[str, ValueOf] = {
    "request.method": lambda values: values.request.method,
    "request.path": lambda values: head_text(values.request.path),
    "request.subpath": lambda values: head_text(values.request.subpath),
    "request.query": lambda values: head_text(values.request.query_string),
    "request.id": lambda values: values.request.id,
    "request.body": _body,
    "json": lambda values: values.json,
    "now": lambda _: datetime.now(timezone.utc).isoformat(timespec="milliseconds")[:-6] + "Z",
    "uuid": lambda _: str(uuid.uuid4()),
    BRACES: lambda _: "{{",
}
"""Expressions without a name."""

_USE = (
    "Use request.method, request.path, request.subpath, request.query, request.id, request.body, "
    "query.NAME, header.NAME, form.NAME, json./POINTER, now or uuid"
)


def parse_expression(expression: str) -> ValueOf:
    """Return the function that reads an expression's value. Raises `ValueError`."""
    if not expression:
        raise ValueError(f"the braces contain no expression. {_USE}")
    if expression in _PLAIN:
        return _PLAIN[expression]
    kind, _, name = expression.partition(".")
    if kind == "json":
        pointer = parse_pointer(name)
        return lambda values: values.at_pointer(pointer)
    if name and kind == "query":
        return lambda values: values.query.get(name)
    if name and kind == "form":
        return lambda values: values.form.get(name)
    if kind == "header" and TOKEN.fullmatch(name):
        return lambda values: values.header(name.lower())
    raise ValueError(f"{{{{ {expression[:MAX_SHOWN]} }}}} is not an expression. {_USE}")
