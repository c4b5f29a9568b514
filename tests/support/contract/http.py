"""Check the responses to senders and API clients against docs/openapi.yaml."""

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
    document,
    follow,
    require_valid,
    validator,
)

NAME = "openapi.yaml"
VIEWERS = "webhook-viewers"

# Responses that a request to any path can get. The document's description lists them too.
ANY_REQUEST = {
    "400": "Malformed",
    "404": "NotFound",  # any path outside `URL_PREFIX`
    "408": "TooSlow",
    "414": "TargetTooLong",
    "421": "WrongHost",
    "431": "HeadTooLarge",
    "500": "Failed",
    "501": "CodingNotSupported",
    "503": "NotPublished",
    "505": "VersionNotSupported",
}

# Responses of every path, which the document specifies in its description only.
_ALLOW = {"Allow": {"required": True, "schema": {"type": "string"}}}
_METHODS = {
    "description": "The response to OPTIONS lists the methods of the path.",
    "headers": _ALLOW,
}
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
    """One documented response, with validators."""

    headers: list[tuple[str, bool, Validator]]
    """For each header: name in lower case, whether it is required, and its schema."""
    bodies: dict[str, Validator | None]
    """Schemas by media type; empty if the document does not describe a body."""


def check(request: bytes, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Check the response to a request that begins with those bytes. Raise `ContractBroken`.

    `headers` has names in lower case. A load balancer's own responses are not checked; responses
    of `/socket.io/` are checked only if they are errors.
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
            require_valid(validator(NAME, _ERROR), json.loads(body), what)
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
    """Return the path of a target, percent-decoded once."""
    path = _ORIGIN.sub("", target, count=1).partition("?")[0]
    return unquote_to_bytes(path.encode("latin-1")).decode("latin-1")


# Patterns of the path parameters whose schemas have no pattern.
_PARAMETERS = {"code": "[2-5][0-9][0-9]", "id": "[^/]+", "rest": r"[\s\S]*"}


@cache
def _templates() -> list[tuple[str, re.Pattern[str]]]:
    """Return all paths of the document with their patterns; the one with a subpath comes last."""
    paths = sorted(document(NAME)["paths"], key=lambda path: "{rest}" in path)
    return [(path, re.compile(re.sub(r"\{(.*?)\}", _parameter, path))) for path in paths]


def _parameter(name: re.Match[str]) -> str:
    if name[1] in _PARAMETERS:
        return _PARAMETERS[name[1]]
    return str(document(NAME)["components"]["parameters"][name[1]]["schema"]["pattern"]).strip("^$")


def template_of(path: str) -> str | None:
    """Return the document's template for this path, or None."""
    matches = (template for template, pattern in _templates() if pattern.fullmatch(path))
    return next(matches, None)


def _responses(template: str | None, method: str) -> dict[str, Any]:
    """Return the documented responses; empty for an unknown path or method."""
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
    documented = _responses(template, method)
    if is_published:
        return _response(documented["default"]) if "default" in documented else None
    if status == "405":
        return _response(_NOT_ALLOWED)
    any_request = document(NAME)["components"]["responses"]
    if status not in documented and status in ANY_REQUEST:
        return _response(any_request[ANY_REQUEST[status]])
    return _response(documented[status]) if status in documented else None


def _response(node: dict[str, Any]) -> Response:
    node = follow(NAME, node)
    headers = [_header(name, header) for name, header in node.get("headers", {}).items()]
    bodies = {
        media: validator(NAME, content["schema"]) if "schema" in content else None
        for media, content in node.get("content", {}).items()
    }
    return Response(headers, bodies)


def _header(name: str, node: dict[str, Any]) -> tuple[str, bool, Validator]:
    node = follow(NAME, node)
    return name.lower(), node.get("required", False), validator(NAME, node["schema"])


def _check_headers(response: Response, headers: Mapping[str, str], what: str) -> None:
    for name, is_required, schema in response.headers:
        if name in headers:
            value = headers[name]
            require_valid(
                schema, int(value) if _NUMBER.fullmatch(value) else value, f"{name} of {what}"
            )
        elif is_required:
            raise ContractBroken(f"{what} lacks {name}")


def _check_body(response: Response, content_type: str, body: bytes, what: str) -> None:
    if content_type not in response.bodies:
        raise ContractBroken(f"{what} has the type {content_type!r}, not {list(response.bodies)}")
    schema = response.bodies[content_type]
    if schema:
        require_valid(schema, json.loads(body), f"the body of {what}")
