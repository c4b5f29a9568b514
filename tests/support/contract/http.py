"""The responses to senders and callers, held to docs/openapi.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from tests.support.contract.documents import (
    ContractBroken,
    Validator,
    demand,
    document,
    follow,
    validator,
)

NAME = "openapi.yaml"
VIEWERS = "webhook-viewers"

# What any request can get, whatever its path; the document's description names the same.
ANY_REQUEST = {
    "400": "Malformed",
    "404": "NotFound",  # all paths are, beside `URL_PREFIX`
    "408": "TooSlow",
    "414": "TargetTooLong",
    "431": "HeadTooLarge",
    "500": "Failed",
    "501": "CodingNotSupported",
    "503": "NotPublished",
    "505": "VersionNotSupported",
}

# What the document says of every path in its description, and of none by itself.
_ALLOW = {"Allow": {"required": True, "schema": {"type": "string"}}}
_METHODS = {"description": "To OPTIONS, the methods of the path.", "headers": _ALLOW}
_NOT_ALLOWED = {
    "description": "The path has other methods.",
    "headers": _ALLOW,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}},
        "text/html": {},
    },
}

_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e\x80-\xff]+) HTTP/1\.[0-9]\r\n")
_ORIGIN = re.compile("https?://[^/?#]*", re.IGNORECASE)
_NUMBER = re.compile("[0-9]+")

_ERROR = {"$ref": "#/components/schemas/Error"}


class Response(NamedTuple):
    """One response of the document, ready to be compared with."""

    headers: list[tuple[str, bool, Validator]]
    """Name in lower case, whether it is required, and its schema."""
    bodies: dict[str, Validator | None]
    """By media type; empty where nothing is said of a body."""


def check(request: bytes, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """The response to a request that began with those bytes. Raises `ContractBroken`.

    `headers` has names in lower case. What a balancer says by itself is no part of it, and of what
    `/socket.io/` responses only errors are.
    """
    content_type = headers.get("content-type", "").partition(";")[0]
    line = _LINE.match(request)
    method, target = (line[1].decode(), line[2].decode("latin-1")) if line else ("", "")
    path = path_of(target)
    if content_type == "text/html" and "nginx" in headers.get("server", ""):
        return
    what = f"the response {status} to {method} {target[:200]}"
    if "/socket.io/" in path:
        if status >= 400 and method != "HEAD":
            demand(validator(NAME, _ERROR), json.loads(body), what)
        return
    template = template_of(path)
    response = _documented(template, method, str(status), VIEWERS in headers)
    if response is None:
        if template:
            raise ContractBroken(f"{what} is not in docs/{NAME}")
        return
    _check_headers(response, headers, what)
    if response.bodies and body and method != "HEAD":
        _check_body(response, content_type, body, what)


def path_of(target: str) -> str:
    """The path of a target, decoded once."""
    path = _ORIGIN.sub("", target, count=1).partition("?")[0]
    return unquote_to_bytes(path.encode("latin-1")).decode("latin-1")


# What a parameter of a path can be, where its schema is no pattern.
_PARAMETERS = {"code": "[2-5][0-9][0-9]", "id": "[^/]+", "rest": r"[\s\S]*"}


@cache
def _templates() -> list[tuple[str, re.Pattern[str]]]:
    """All paths of the document; the one of anything below a callback is tried last."""
    paths = sorted(document(NAME)["paths"], key=lambda path: "{rest}" in path)
    return [(path, re.compile(re.sub(r"\{(.*?)\}", _parameter, path))) for path in paths]


def _parameter(name: re.Match[str]) -> str:
    if name[1] in _PARAMETERS:
        return _PARAMETERS[name[1]]
    return str(document(NAME)["components"]["parameters"][name[1]]["schema"]["pattern"]).strip("^$")


def template_of(path: str) -> str | None:
    """The path of the document that this one is; None where it is none."""
    matches = (template for template, pattern in _templates() if pattern.fullmatch(path))
    return next(matches, None)


def _responses(template: str | None, method: str) -> dict[str, Any]:
    """The responses that the document names there; nothing for what it does not know."""
    if template is None:
        return {}
    item = document(NAME)["paths"][template]
    if template.startswith("/{uuid}"):
        operation = item["post"]  # any method
    elif method == "OPTIONS":
        return {"200": _METHODS}
    else:
        operation = item.get("get" if method == "HEAD" else method.lower())
    return dict(operation["responses"]) if operation else {}


@cache
def _documented(
    template: str | None, method: str, status: str, is_published: bool
) -> Response | None:
    told = _responses(template, method)
    if is_published:
        return _response(told["default"]) if "default" in told else None
    if status == "405":
        return _response(_NOT_ALLOWED)
    any_request = document(NAME)["components"]["responses"]
    if status not in told and status in ANY_REQUEST:
        return _response(any_request[ANY_REQUEST[status]])
    return _response(told[status]) if status in told else None


def _response(node: dict[str, Any]) -> Response:
    node = follow(NAME, node)
    headers = [_header(name, header) for name, header in node.get("headers", {}).items()]
    bodies = {
        media: validator(NAME, told["schema"]) if "schema" in told else None
        for media, told in node.get("content", {}).items()
    }
    return Response(headers, bodies)


def _header(name: str, node: dict[str, Any]) -> tuple[str, bool, Validator]:
    node = follow(NAME, node)
    return name.lower(), node.get("required", False), validator(NAME, node["schema"])


def _check_headers(response: Response, headers: Mapping[str, str], what: str) -> None:
    for name, is_required, schema in response.headers:
        if name in headers:
            value = headers[name]
            demand(schema, int(value) if _NUMBER.fullmatch(value) else value, f"{name} of {what}")
        elif is_required:
            raise ContractBroken(f"{what} lacks {name}")


def _check_body(response: Response, content_type: str, body: bytes, what: str) -> None:
    if content_type not in response.bodies:
        raise ContractBroken(f"{what} has the type {content_type!r}, not {list(response.bodies)}")
    schema = response.bodies[content_type]
    if schema:
        demand(schema, json.loads(body), f"the body of {what}")
