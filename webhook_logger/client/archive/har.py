"""Convert captured requests to entries of an HTTP archive (HAR 1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.relay.relayed import percent_encoded

Entry = dict[str, Any]

HEAD = '{"log":{"version":"1.2","creator":{"name":"Webhook Logger","version":"0.1.0"},"entries":['
"""The start of the log, before its entries."""
FOOT = "]}}"

# The response is unknown. Browsers write status 0 in this case; -1 is an unknown size.
NO_RESPONSE: Entry = {
    "status": 0,
    "statusText": "",
    "httpVersion": "",
    "cookies": [],
    "headers": [],
    "content": {"size": 0, "mimeType": ""},
    "redirectURL": "",
    "headersSize": -1,
    "bodySize": -1,
    "comment": "The response is not recorded.",
}

# Characters that RFC 3986 forbids and senders still use.
_INVALID = re.compile(r"%(?![0-9a-f]{2})|[^\w.~:/?@!$&'()*+,;=%-]", re.IGNORECASE | re.ASCII)
_STRAY_PERCENT = re.compile(r"%(?![0-9a-f]{2})", re.IGNORECASE)


def entry(request: CapturedRequest, origin: str, responded: tuple[int, str] | None = None) -> Entry:
    """Return the entry of a request to the server at `origin`, such as `https://hooks.example.com`.

    `responded` is the status that the sender received and the part that chose it, if known.
    """
    wire = request.to_wire()
    return {
        "startedDateTime": wire["received_at"],
        "time": 0,
        "request": _request(request, wire, origin),
        "response": response(*responded) if responded else NO_RESPONSE,
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "_clientAddress": request.remote_addr,
    }


def response(status: int, by: str) -> Entry:
    """Return the response of an entry; `by` names the part that chose the status."""
    comment = "Only the status of the response is recorded."
    return {
        **NO_RESPONSE,
        "status": status,
        "httpVersion": "HTTP/1.1",
        "comment": comment,
        "_by": by,
    }


def _request(request: CapturedRequest, wire: dict[str, Any], origin: str) -> Entry:
    body = {"postData": _post_data(request, wire["body"])} if request.body.size > 0 else {}
    return {
        "method": request.method,
        "url": origin + _INVALID.sub(_escaped, percent_encoded(request.target)),
        "_subpath": percent_encoded(request.subpath),
        "httpVersion": f"HTTP/{request.http_version}",
        "cookies": _named(_cookies(request)),
        "headers": _named(request.headers),
        **({"_trailers": _named(request.trailers)} if request.trailers else {}),
        "queryString": _named(_parameters(percent_encoded(request.query_string))),
        **body,
        "headersSize": -1,
        "bodySize": request.body.size,
    }


def _post_data(request: CapturedRequest, body: dict[str, Any]) -> Entry:
    """Return the body. HAR has only text, so a custom field marks base64."""
    data = {"mimeType": request.header("content-type"), "text": body["content"]}
    if not body["complete"]:
        return {**data, "comment": "Larger than the server’s limit: the content was not kept."}
    if body["encoding"] == "utf-8":
        return data
    return {**data, "comment": "The text is base64.", "_encoding": "base64"}


def _cookies(request: CapturedRequest) -> Iterator[tuple[str, str]]:
    for line in request.header_lines("cookie"):
        for cookie in filter(None, (part.strip(" \t") for part in line.split(";"))):
            key, _, content = cookie.partition("=")
            yield key, content


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        yield _readable(name), _readable(value)


def _readable(raw: str) -> str:
    """Percent-decode; return malformed escapes and bytes that are not UTF-8 unchanged."""
    if _STRAY_PERCENT.search(raw):
        return raw
    try:
        return unquote(raw.replace("+", " "), errors="strict")
    except UnicodeDecodeError:
        return raw


def _named(pairs: Any) -> list[Entry]:
    return [{"name": name, "value": value} for name, value in pairs]


def _escaped(found: re.Match[str]) -> str:
    return quote(found[0], safe="")
