"""Read values of a request by their location, such as `header:X-GitHub-Event` or `json:/action`.

`schema.json` lists the locations. `static/js/providers/` reads the same ones; the vectors in
tests/providers compare both.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from webhook_logger.captured import CapturedRequest, query_pairs
from webhook_logger.headers import HeaderLines
from webhook_logger.providers.json_values import (
    ABSENT,
    MAX_PARSED_BYTES,
    at_pointer,
    parse_json,
    scalar_text,
    tokens_of,
)

MAX_LISTED = 100
"""Maximum names in a header that lists other headers."""
MAX_FIELDS = 1000
"""Maximum fields of a form or a query; with more, it has no values."""
WHITE_SPACE = " \t"
FORM = "application/x-www-form-urlencoded"
SHA256: dict[str, Callable[[bytes], bytes]] = {
    "sha256": lambda digest: digest.hex().encode(),
    "sha256-base64": base64.b64encode,
    "sha256-bytes": bytes,
}
"""The locations of the body's hash, with their encodings."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Values:
    """The values of a request that rules and templates read. Parses each part once, when needed.

    `host`, `path`, `query_string` and `headers` are Latin-1, as in a captured request.
    """

    method: str
    scheme: str
    host: str
    path: str
    query_string: str
    headers: HeaderLines
    body: bytes
    subpath: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    """Values that the user entered."""
    timestamp: str | None = None
    """The timestamp of the signature, as sent."""

    @classmethod
    def of(
        cls,
        request: CapturedRequest,
        options: Mapping[str, str] | None = None,
        timestamp: str | None = None,
    ) -> Values:
        """Return the values of a captured request."""
        return cls(
            request.method,
            request.scheme,
            request.host,
            request.path,
            request.query_string,
            request.headers,
            request.body.content,
            request.subpath,
            options or {},
            timestamp,
        )

    def at(self, location: str) -> bytes | None:
        """Return the bytes at a location, or None if they are missing.

        Text from JSON, a form or a decoded query is UTF-8; everything else is as sent.
        """
        kind, _, name = location.partition(":")
        if name:
            return self._named(kind, name)
        return self._simple(kind)

    def _named(self, kind: str, name: str) -> bytes | None:
        if kind == "header":
            line = self._first_lines.get(name.lower())
            return None if line is None else line.encode("latin-1")
        if kind == "json":
            return _utf8(scalar_text(at_pointer(self._json, name)))
        if kind == "form":
            field_name, found, pointer = name.partition("#")
            text = self.form.get(field_name)
            if not found:
                return _utf8(text)
            return _utf8(scalar_text(at_pointer(parse_json((text or "").encode()), pointer)))
        if kind == "signed":
            return self._listed(name)
        return _utf8({"query": self.query, "option": self.options}[kind].get(name))

    def _listed(self, name: str) -> bytes | None:
        """Return the header lines that a header lists, or None if it lists too many."""
        listed = self._first_lines.get(name.lower())
        if listed is None or listed.count(",") >= MAX_LISTED:
            return None
        names = [each.strip(WHITE_SPACE).lower() for each in listed.split(",")]
        lines = (f"{each}:{self._first_lines.get(each, '').strip(WHITE_SPACE)}" for each in names)
        return ";".join(lines).encode("latin-1")

    def _simple(self, kind: str) -> bytes | None:
        if kind == "body":
            return self.body
        if kind in ("form", "query"):
            return _utf8(self._sorted_form if kind == "form" else self._sorted_query)
        if kind in SHA256:
            return SHA256[kind](hashlib.sha256(self.body).digest())
        if kind == "crc32":
            return str(zlib.crc32(self.body)).encode()
        if kind == "timestamp":
            return _utf8(self.timestamp)
        lines = {
            "method": self.method,
            "host": self.host,
            "target": self.target,
            "url": self.url,
            "endpoint": self.url.partition("?")[0],
        }
        return lines[kind].encode("latin-1")

    @property
    def _sorted_form(self) -> str:
        return "".join(map("".join, sorted(self._pairs)))

    @property
    def _sorted_query(self) -> str | None:
        return "&".join(map("=".join, sorted(self._parameters))) or None

    def has(self, location: str) -> bool:
        """Return whether a location exists; in JSON, its value can have any type."""
        kind, _, name = location.partition(":")
        if kind == "json":
            return at_pointer(self._json, name) is not ABSENT
        return self.at(location) is not None

    def names(self) -> set[tuple[str, str]]:
        """Return the names that `name_of` returns for all locations that exist."""
        document = self._json
        items = document if isinstance(document, dict) else ()
        indices = range(min(len(document), MAX_LISTED)) if isinstance(document, list) else ()
        return {
            ("", ""),
            *(("header", name) for name in self._first_lines),
            *(("query", name) for name in self.query),
            *(("form", name) for name in self.form),
            *(("json", name) for name in items),
            *(("json", str(index)) for index in indices),
        }

    def text_at(self, location: str) -> str | None:
        """Return the value at a location as text, or None if it is missing."""
        content = self.at(location)
        return None if content is None else readable(content)

    def json(self, pointer: str) -> Any:
        """Return the JSON value at a pointer, of any type, or None if it does not exist."""
        value = at_pointer(self._json, pointer)
        return None if value is ABSENT else value

    def members(self) -> set[str]:
        """Return the names of the members of a JSON object, or an empty set."""
        return set(self._json) if isinstance(self._json, dict) else set()

    @cached_property
    def text(self) -> str | None:
        """The text of the body, or None if it is too large to be parsed, or not UTF-8."""
        try:
            return self.body.decode() if len(self.body) <= MAX_PARSED_BYTES else None
        except UnicodeDecodeError:
            return None

    @property
    def target(self) -> str:
        """The path and the query, as in the request line."""
        return self.path + (self.query_string and f"?{self.query_string}")

    @property
    def url(self) -> str:
        """The URL of the request, as its sender knows it."""
        return f"{self.scheme}://{self.host}{self.target}"

    @cached_property
    def _first_lines(self) -> dict[str, str]:
        return {name.lower(): value for name, value in reversed(self.headers)}

    @cached_property
    def query(self) -> dict[str, str]:
        """The first value of each parameter of the query, decoded."""
        return first_values(self._parameters)

    @cached_property
    def _parameters(self) -> list[tuple[str, str]]:
        return query_pairs(self.query_string) if has_few_fields(self.query_string) else []

    @cached_property
    def form(self) -> dict[str, str]:
        """The first value of each field of a form; empty if the body is not a form."""
        return first_values(self._pairs)

    @cached_property
    def _pairs(self) -> list[tuple[str, str]]:
        return form_pairs(self.media_type, self.body)

    @property
    def media_type(self) -> str:
        """The media type in lower case; "" if none was sent."""
        content_type = self._first_lines.get("content-type", "")
        return content_type.partition(";")[0].strip(WHITE_SPACE).lower()

    @cached_property
    def _json(self) -> Any:
        return parse_json(self.body)


_NAMED = ("header", "query", "form", "json", "option", "signed")
_HEAD = ("method", "host", "target", "url", "endpoint", "query")
_SIMPLE = ("body", "timestamp", "form", "crc32", *_HEAD, *SHA256)


def is_location(text: str) -> bool:
    """Return whether `Values.at` can read a location."""
    kind, _, name = text.partition(":")
    return kind in _NAMED if name else kind in _SIMPLE


def name_of(location: str) -> tuple[str, str]:
    """Return the kind and the outermost name of a location; ("", "") if it always exists."""
    kind, _, name = location.partition(":")
    if kind == "header":
        return kind, name.lower()
    if kind == "form":
        return kind, name.partition("#")[0]
    if kind == "json":
        return kind, (tokens_of(name) or ("",))[0]
    return (kind, name) if kind == "query" else ("", "")


def form_pairs(media_type: str, body: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form, decoded; none if the body is not a form, or too large."""
    if media_type != FORM or len(body) > MAX_PARSED_BYTES:
        return []
    text = body.decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True) if has_few_fields(text) else []


def has_few_fields(text: str) -> bool:
    """Return whether a form or a query has few enough fields to be parsed."""
    return text.count("&") < MAX_FIELDS


def first_values(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return the first value of each name."""
    return dict(reversed(pairs))


def readable(content: bytes) -> str:
    """Decode UTF-8, or Latin-1 if it is not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _utf8(text: str | None) -> bytes | None:
    """Encode a text as JavaScript does: a lone surrogate becomes U+FFFD."""
    return None if text is None else _SURROGATE.sub("\ufffd", text).encode()


def describe(location: str) -> str:
    """Describe a location for people, such as `X-GitHub-Event header`."""
    kind, _, name = location.partition(":")
    if kind == "form" and "#" in name:
        field_name, _, pointer = name.partition("#")
        return f"JSON value at {pointer} in the form field {field_name}"
    names = {
        "header": f"{name} header",
        "query": f"query parameter {name}",
        "form": f"form field {name}",
        "json": f"JSON value at {name}",
    }
    return names.get(kind, location)
