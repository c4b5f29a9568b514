"""Recognise protocols that name an operation: SOAP, XML-RPC, JSON-RPC and GraphQL.

`static/js/providers/protocols.js` recognises the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from webhook_logger.charset import parameter
from webhook_logger.providers.json_values import scalar_text
from webhook_logger.providers.locations import Values

_MAX_HEAD = 4096
"""Maximum characters that are searched for the beginning of an envelope, a call or an operation."""

_ENVELOPE = re.compile(
    r"<(?:[\w.-]+:)?Envelope\b[^<>]*(?:schemas\.xmlsoap\.org|www\.w3\.org/2003/05/soap)", re.ASCII
)
_SOAP_OPERATION = re.compile(r"<(?:[\w.-]+:)?Body\b[^<>]*>\s*<(?:[\w.-]+:)?([\w.-]+)", re.ASCII)
_XML_RPC_METHOD = re.compile(r"<methodCall>\s*<methodName>\s*([\w.:/-]+)", re.ASCII)
_GRAPHQL_TEXT = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\r\n]|\\[^\r\n])*"?|#[^\r\n]*')
"""Strings and comments of GraphQL."""
_GRAPHQL_BLANKS = re.compile("[ \t\r\n,\ufeff]+")
_GRAPHQL_DEFINITION = re.compile(
    r" ?(?:(?:(query|mutation|subscription)(?: ([A-Za-z_]\w*))?"
    r"|fragment [A-Za-z_]\w* on [A-Za-z_]\w*) ?(?:[(@][^{]*)?)?",
    re.ASCII,
)
"""The text before the first brace of a definition. It is empty for a query in short form."""
_GRAPHQL_FIELD = re.compile(r" ?(?:[A-Za-z_]|\.\.\.)")
_BRACE = re.compile("[{}]")


class Protocol(NamedTuple):
    """A protocol and the operation that a request calls."""

    name: str
    operation: str
    """May be empty."""


def protocol_of(values: Values) -> Protocol | None:
    """Return the protocol of a request, or None."""
    head = (values.text or "")[:_MAX_HEAD]
    return _soap(values, head) or _xml_rpc(head) or _json_rpc(values) or _graphql(values)


def _soap(values: Values, head: str) -> Protocol | None:
    is_soap_12 = values.media_type == "application/soap+xml"
    action = values.text_at("header:SOAPAction")
    if is_soap_12:
        action = parameter(values.text_at("header:Content-Type") or "", "action")
    if action is None and not is_soap_12 and not _ENVELOPE.search(head):
        return None
    return Protocol("SOAP", _last_part(action or "") or _soap_operation(values.text or ""))


def _soap_operation(text: str) -> str:
    """Return the first element in an envelope's body. The header before it may be long."""
    first, *others = text.split("<!--")
    found = _SOAP_OPERATION.search(first + "".join(part.partition("-->")[2] for part in others))
    return found[1] if found else ""


def _last_part(action: str) -> str:
    """Return `SubmitOrder` for `http://example.com/orders/SubmitOrder`, perhaps in quotes."""
    text = action.replace('"', "")
    return text[max(map(text.rfind, "/#:")) + 1 :]


def _xml_rpc(head: str) -> Protocol | None:
    method = _XML_RPC_METHOD.search(head)
    return Protocol("XML-RPC", method[1]) if method else None


def _json_rpc(values: Values) -> Protocol | None:
    for start in ("", "/0"):  # a call, or the first call of a batch
        method = values.json(f"{start}/method")
        if isinstance(method, str) and values.text_at(f"json:{start}/jsonrpc") == "2.0":
            return Protocol("JSON-RPC", scalar_text(method) or "")
    return None


def _graphql(values: Values) -> Protocol | None:
    is_document = values.media_type == "application/graphql"
    for start in ("", "/0"):  # a request, or the first request of a batch
        document = values.text if is_document else values.json(f"{start}/query")
        name = _graphql_operation(document) if isinstance(document, str) else None
        if name:
            return Protocol("GraphQL", values.text_at(f"json:{start}/operationName") or name)
    return None


def _graphql_operation(document: str) -> str | None:
    """Return the name or the type of the first operation, or None if the text is not GraphQL."""
    if "}" not in document:
        return None
    head = _GRAPHQL_BLANKS.sub(" ", _GRAPHQL_TEXT.sub(" ", document[:_MAX_HEAD]))
    start = depth = 0
    for brace in _BRACE.finditer(head):
        if depth == 0:
            parts = _GRAPHQL_DEFINITION.fullmatch(head, start, brace.start())
            if not parts or brace[0] == "}":
                return None
            if not parts[0].strip() and not _GRAPHQL_FIELD.match(head, brace.end()):
                return None
            if not parts[0].lstrip().startswith("fragment "):
                return parts[2] or parts[1] or "query"
        depth += 1 if brace[0] == "{" else -1
        start = brace.end()
    return None
