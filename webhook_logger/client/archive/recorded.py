"""An entry of a HAR file, of ours or of a browser's, as a request that can be sent again."""

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

_HTTP_URL = re.compile(r"https?://[^/?#]*([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_UNSENDABLE = re.compile(r"[^\x21-\x7e]+")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a file knows of a request."""

    request: Relayed
    lacks: str = ""
    """Why it cannot be sent as it was, as the end of a sentence; empty where it can."""


def recorded(entry: Any, number: int, ours: bool) -> Recorded:
    """What is to be sent of an entry, the `number`-th of its file.

    Of `ours`, the part below the callback is kept; else the whole path. Raises `Invalid`.
    """
    try:
        return _recorded(_part(_part(entry, dict), dict, "request"), ours)
    except Invalid as error:
        raise Invalid(f"Entry {number}: {error}") from None


def _recorded(request: dict[str, Any], ours: bool) -> Recorded:
    method, url = _part(request, str, "method"), _part(request, str, "url")
    if not TOKEN.fullmatch(method):
        raise Invalid(f"{method!r} is no method.")
    found = _HTTP_URL.fullmatch(url)
    if not found:
        return Recorded(Relayed(method, "", "", (), b""), "is no HTTP request")
    path, query = _valid(found[1]), _valid(found[2] or "")
    if ours and "_subpath" in request:
        path = _valid(_part(request, str, "_subpath"))
    body, lacks = _body(request)
    headers = sendable(_headers(request), body)
    return Recorded(Relayed(method, path, query, headers, body), lacks)


def _headers(request: dict[str, Any]) -> HeaderLines:
    """All header lines but those with a colon in front, which browsers write of HTTP/2."""
    listed = [] if request.get("headers") is None else _part(request, list, "headers")
    lines = [_pair(line) for line in listed]
    return tuple((name, value) for name, value in lines if not name.startswith(":"))


def _pair(line: Any) -> tuple[str, str]:
    name, value = _part(line, str, "name"), _as_bytes(_text(line, "value").strip(" \t"))
    if not TOKEN.fullmatch(name.removeprefix(":")) or not FIELD_VALUE.fullmatch(value):
        raise Invalid(f"HTTP can't carry its header line {name!r}.")
    return name, value


def _valid(part: str) -> str:
    """A part of a URL, its letters as UTF-8 and escaped where no URL can have them."""
    return _UNSENDABLE.sub(lambda found: quote(found[0], errors="replace"), part)


def _as_bytes(value: str) -> str:
    """Bytes read as Latin-1. Other letters than Latin-1's were sent as UTF-8."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode("latin-1")
    return value


def _text(whole: Any, name: str) -> str:
    """A member that is text; some programs write `null` where there is none."""
    if isinstance(whole, dict) and name in whole and whole[name] is None:
        return ""
    return str(_part(whole, str, name))


def _body(request: dict[str, Any]) -> tuple[bytes, str]:
    """The body's bytes; and what is wrong where they are not in the file."""
    size = request.get("bodySize")
    sent = isinstance(size, int) and size > 0
    if request.get("postData") is None:
        return b"", "has a body that is not in the file" if sent else ""
    data = _part(request, dict, "postData")
    text = data.get("text")
    if text is None and data.get("params"):
        return _of_params(data)
    content = _bytes(text or "", data.get("_encoding") or data.get("encoding"))
    return content, "has a body that is not in the file" if sent and not content else ""


def _of_params(data: dict[str, Any]) -> tuple[bytes, str]:
    """The fields of a form; of one with files only a browser knows the bytes."""
    if not str(data.get("mimeType", "")).lower().startswith(_FORM):
        return b"", "has a form with parts that are not in the file as they were sent"
    params = _part(data, list, "params")
    pairs = [(_part(each, str, "name"), _text(each, "value")) for each in params]
    try:
        return urlencode(pairs).encode(), ""
    except UnicodeEncodeError:
        raise Invalid("a field of its form is no text.") from None


def _bytes(text: Any, encoding: Any) -> bytes:
    if not isinstance(text, str):
        raise Invalid("the text of its body is no text.")
    try:
        return base64.b64decode(text, validate=True) if encoding == "base64" else text.encode()
    except (binascii.Error, ValueError):
        raise Invalid("the text of its body is not what its encoding says.") from None


def _part(whole: Any, kind: type, name: str = "") -> Any:
    """A member of an object, which must be of that kind; without a name the whole."""
    part = whole.get(name) if name and isinstance(whole, dict) else whole
    if (name and not isinstance(whole, dict)) or not isinstance(part, kind):
        what = {"dict": "an object", "list": "a list", "str": "text"}[kind.__name__]
        raise Invalid(f"{name or 'it'} is not {what}.")
    return part
