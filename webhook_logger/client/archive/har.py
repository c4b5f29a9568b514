"""Convert captured requests to entries of an HTTP archive (HAR 1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

from webhook_logger import __version__
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.relay.relayed import percent_encoded
from webhook_logger.client.stream.events import Responded

Entry = dict[str, Any]

HEAD = (
    '{"log":{"version":"1.2","creator":{"name":"Webhook Logger","version":"'
    + __version__
    + '"},"entries":['
)
"""The start of the log, before its entries."""
FOOT = "]}}"

# The response is unknown. Browsers write status 0 in this case; -1 is an unknown size.
_NO_RESPONSE: Entry = {
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


def entry(request: CapturedRequest, origin: str, responded: Responded | None = None) -> Entry:
    """Return the entry of a request to the server at `origin`, such as `https://hooks.example.com`.

    `responded` is the response that the sender received, if known.
    """
    wire = request.to_wire()
    return {
        "startedDateTime": wire["received_at"],
        "request": _request(request, wire, origin),
        **outcome(responded),
        "cache": {},
        "_clientAddress": request.remote_addr,
    }


def outcome(responded: Responded | None) -> Entry:
    """Return the part of an entry that depends on the response."""
    milliseconds = round(1000 * ((responded and responded.seconds) or 0))
    return {
        "time": milliseconds,
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "response": _response(responded) if responded else _NO_RESPONSE,
    }


def _response(responded: Responded) -> Entry:
    known = {"status": responded.status, "httpVersion": "HTTP/1.1"}
    if responded.headers is None or responded.body is None:
        comment = "Only the status of the response is recorded."
        return {**_NO_RESPONSE, **known, "comment": comment, "_by": responded.by}
    types = (value for name, value in responded.headers if name.lower() == "content-type")
    return {
        **_NO_RESPONSE,
        **known,
        "headers": _named(responded.headers),
        "content": _content(responded.body, next(types, "")),
        "bodySize": responded.body.size,
        "comment": "",
        "_by": responded.by,
    }


def _content(body: Body, media_type: str) -> Entry:
    wire = body.to_wire()
    content: Entry = {"size": body.size, "mimeType": media_type}
    if not body.complete:
        return {**content, "comment": "Too large: the server did not send the content to viewers."}
    encoding = {"encoding": "base64"} if wire["encoding"] == "base64" else {}
    return {**content, "text": wire["content"], **encoding}


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
        "queryString": _named(parameters(percent_encoded(request.query_string))),
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


def parameters(query: str) -> Iterator[tuple[str, str]]:
    """Yield the decoded parameters of a percent-encoded query, as the page shows them."""
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
