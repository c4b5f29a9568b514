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
"""Operations are named in the first characters of a body."""

_ENVELOPE = re.compile(
    r"<(?:[\w.-]+:)?Envelope\b[^<>]*(?:schemas\.xmlsoap\.org|www\.w3\.org/2003/05/soap)", re.ASCII
)
_SOAP_OPERATION = re.compile(r"<(?:[\w.-]+:)?Body\b[^<>]*>\s*<(?:[\w.-]+:)?([\w.-]+)", re.ASCII)
_XML_RPC_METHOD = re.compile(r"<methodCall>\s*<methodName>\s*([\w.:/-]+)", re.ASCII)
_GRAPHQL = re.compile(r"\s*(?:(query|mutation|subscription)\b(?:\s+([A-Za-z_]\w*))?|\{)", re.ASCII)


class Protocol(NamedTuple):
    """A protocol and the operation that a request calls."""

    name: str
    operation: str
    """May be empty."""


def protocol_of(values: Values) -> Protocol | None:
    """Return the protocol of a request, or None."""
    head = (values.text or "")[:_MAX_HEAD]
    return _soap(values, head) or _xml_rpc(head) or _json_rpc(values) or _graphql(values, head)


def _soap(values: Values, head: str) -> Protocol | None:
    is_soap_12 = values.media_type == "application/soap+xml"
    action = values.text_at("header:SOAPAction")
    if is_soap_12:
        action = parameter(values.text_at("header:Content-Type") or "", "action")
    if action is None and not is_soap_12 and not _ENVELOPE.search(head):
        return None
    in_body = _SOAP_OPERATION.search(head)
    return Protocol("SOAP", _last_part(action or "") or (in_body[1] if in_body else ""))


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


def _graphql(values: Values, head: str) -> Protocol | None:
    is_document = values.media_type == "application/graphql"
    query = head if is_document else values.json("/query")
    parts = _GRAPHQL.match(query[:_MAX_HEAD]) if isinstance(query, str) else None
    if not parts:
        return None
    name = values.text_at("json:/operationName") or parts[2] or parts[1] or "query"
    return Protocol("GraphQL", name)
