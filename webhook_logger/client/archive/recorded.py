"""Read an entry of a HAR file, ours or a browser's, as a request that can be sent again."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from webhook_logger.client.errors import Invalid
from webhook_logger.client.relay.relayed import Relayed, sendable
from webhook_logger.headers import FIELD_VALUE, TOKEN, HeaderLines

_HTTP_URL = re.compile(
    r"https?://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL
)
_UNSENDABLE = re.compile(r"[^\x21-\x7e]+")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request from a HAR file."""

    request: Relayed
    problem: str = ""
    """Why it cannot be sent, to follow its name in a message; empty if it can."""
    host: str = ""
    """The value of its `Host`, or the host in its URL."""


def read_entry(entry: Any, number: int, ours: bool) -> RecordedRequest:
    """Read the `number`-th entry of a file.

    An entry of `ours` is sent with its subpath, any other with its whole path. Raises `Invalid`.
    """
    try:
        return _read_request(_member(_member(entry, dict), dict, "request"), ours)
    except Invalid as error:
        raise Invalid(f"Entry {number}: {error}") from None


def _read_request(request: dict[str, Any], ours: bool) -> RecordedRequest:
    method, url = _member(request, str, "method"), _member(request, str, "url")
    if not TOKEN.fullmatch(method):
        raise Invalid(f"{method!r} is not an HTTP method.")
    found = _HTTP_URL.fullmatch(url)
    if not found:
        return RecordedRequest(Relayed(method, "", "", (), b""), "is not an HTTP request")
    path, query = _percent_encoded(found[2]), _percent_encoded(found[3] or "")
    if ours and "_subpath" in request:
        path = _percent_encoded(_member(request, str, "_subpath"))
    body, problem = _body(request)
    lines = _headers(request)
    sent = Relayed(method, path, query, sendable(lines, body), body)
    return RecordedRequest(sent, problem, _host(lines, found[1]))


def _host(lines: HeaderLines, authority: str) -> str:
    """Return the first value of `Host`, or the host and port of a URL, if HTTP can carry it."""
    in_url = authority.rpartition("@")[2]
    values = (value for name, value in lines if name.lower() == "host")
    return next(values, in_url if FIELD_VALUE.fullmatch(in_url) else "")


def _headers(request: dict[str, Any]) -> HeaderLines:
    """Return the header lines without HTTP/2 pseudo-headers, which begin with a colon."""
    listed = [] if request.get("headers") is None else _member(request, list, "headers")
    lines = [_pair(line) for line in listed]
    return tuple((name, value) for name, value in lines if not name.startswith(":"))


def _pair(line: Any) -> tuple[str, str]:
    name, value = _member(line, str, "name"), _as_latin_1(_text(line, "value").strip(" \t"))
    if not TOKEN.fullmatch(name.removeprefix(":")) or not FIELD_VALUE.fullmatch(value):
        raise Invalid(f"HTTP cannot carry its header line {name!r}.")
    return name, value


def _percent_encoded(part: str) -> str:
    """Percent-encode the characters that a URL cannot contain, as UTF-8."""
    return _UNSENDABLE.sub(lambda found: quote(found[0], errors="replace"), part)


def _as_latin_1(value: str) -> str:
    """Return a value as Latin-1; a value with other characters was sent as UTF-8."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode("latin-1")
    return value


def _text(value: Any, name: str) -> str:
    """Return a member that is text. Some programs write `null` for an empty text."""
    if isinstance(value, dict) and name in value and value[name] is None:
        return ""
    return str(_member(value, str, name))


def _body(request: dict[str, Any]) -> tuple[bytes, str]:
    """Return the bytes of the body, and the problem of `RecordedRequest`."""
    size = request.get("bodySize")
    sent = isinstance(size, int) and size > 0
    if request.get("postData") is None:
        return b"", "has a body that the file does not contain" if sent else ""
    data = _member(request, dict, "postData")
    text = data.get("text")
    if text is None and data.get("params"):
        return _of_params(data)
    content = _bytes(text or "", data.get("_encoding") or data.get("encoding"))
    return content, "has a body that the file does not contain" if sent and not content else ""


def _of_params(data: dict[str, Any]) -> tuple[bytes, str]:
    """Encode the fields of a form. A form with files cannot be rebuilt from its fields."""
    if not str(data.get("mimeType", "")).lower().startswith(_FORM):
        return b"", "has a multipart form whose bytes the file does not contain"
    params = _member(data, list, "params")
    pairs = [(_member(each, str, "name"), _text(each, "value")) for each in params]
    try:
        return urlencode(pairs).encode(), ""
    except UnicodeEncodeError:
        raise Invalid("a field of its form is not text.") from None


def _bytes(text: Any, encoding: Any) -> bytes:
    if not isinstance(text, str):
        raise Invalid("the text of its body is not text.")
    try:
        return base64.b64decode(text, validate=True) if encoding == "base64" else text.encode()
    except (binascii.Error, ValueError):
        raise Invalid("the text of its body does not match its encoding.") from None


def _member(value: Any, kind: type, name: str = "") -> Any:
    """Return a member of an object, or without a name the value itself; check its type."""
    part = value.get(name) if name and isinstance(value, dict) else value
    if (name and not isinstance(value, dict)) or not isinstance(part, kind):
        expected = {"dict": "an object", "list": "a list", "str": "text"}[kind.__name__]
        raise Invalid(f"{name or 'it'} is not {expected}.")
    return part
