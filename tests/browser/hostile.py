"""Packs the payloads into every part of a request where a sender can put text."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, urlencode

from tests.browser.payloads import PAYLOADS

PIECE = 30
"""Number of payloads in one target or head, whose size is limited."""
GROUPS = [PAYLOADS[at : at + PIECE] for at in range(0, len(PAYLOADS), PIECE)]

VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
NO_TOKEN = re.compile(r"[^!#$%&'*+\-.^_`|~0-9A-Za-z]+")
NO_HOST = re.compile(r"[^0-9A-Za-z\-._~!$&'()*+,;=%]+")
NO_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

TOGETHER = "\n".join(NO_VALUE.sub("", payload) for payload in PAYLOADS)
"""All payloads as one text. Control characters are removed, because the page would show bytes."""


def in_target(payload: str) -> str:
    """Return the payload for a target, raw where possible: escapes make it harmless."""
    return quote(payload, safe=VISIBLE.replace("?", "").replace("#", ""))


def in_name(payload: str) -> str:
    """Return the payload as a token, for a method or header name."""
    return NO_TOKEN.sub("-", payload).strip("-") or "x"


def in_value(payload: str) -> str:
    return NO_VALUE.sub("", payload).encode().decode("latin-1").strip()


def heads_of(uuid: str, payloads: tuple[str, ...]) -> list[bytes]:
    """Return requests whose method, path, query, header names, values and Host are payloads."""
    path = "/".join(map(in_target, payloads))
    query = "&".join(f"{in_target(payload)}={in_target(payload)}" for payload in payloads)
    lines = [f"{in_name(payload)}: {in_value(payload)}" for payload in payloads]
    first = f"{in_name(payloads[0])} /{uuid}/{path} HTTP/1.1"
    second = f"{in_name(payloads[1])} /{uuid}?{query} HTTP/1.1"
    rest = "\r\n".join((f"Host: {NO_HOST.sub('-', payloads[2])}", *lines)) + "\r\n\r\n"
    return [f"{line}\r\n{rest}".encode("latin-1") for line in (first, second)]


def multipart() -> bytes:
    """Return parts whose names, file names, types and content are payloads, quoted as in forms."""
    parts = []
    for payload in PAYLOADS:
        quoted = payload.replace('"', "%22").replace("\n", "%0A").replace("\r", "%0D")
        parts.append(
            f'--b\r\nContent-Disposition: form-data; name="{quoted}"; filename="{quoted}"\r\n'
            f"Content-Type: text/plain; x={quoted}\r\n\r\n{payload}\r\n"
        )
    image = '--b\r\nContent-Disposition: form-data; name="i"; filename="<svg onload=alert(1)>"\r\n'
    image += "Content-Type: image/png\r\n\r\n"
    return "".join((*parts, image)).encode() + svg() + b"\r\n--b--\r\n"


def token(payload: str) -> str:
    """Return a JSON Web Token whose names and values are the payload."""
    parts = ({"alg": payload, "kid": payload}, {payload: payload, "exp": payload, "sub": payload})
    sections = [base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts]
    return ".".join(section.decode().rstrip("=") for section in (*sections, b"c2ln"))


def svg() -> bytes:
    return f"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>{TOGETHER}</svg>".encode()


FORM = "application/x-www-form-urlencoded"

BODIES: dict[str, tuple[bytes, str]] = {
    "HTML": (TOGETHER.encode(), "text/html"),
    "XHTML": (TOGETHER.encode(), "application/xhtml+xml"),
    "SVG": (svg(), "image/svg+xml"),
    "XML": (f"<x>{TOGETHER}</x>".encode(), "text/xml"),
    "JSON": (json.dumps({payload: [payload] for payload in PAYLOADS}).encode(), "application/json"),
    "form": (urlencode({payload: payload for payload in PAYLOADS}).encode(), FORM),
    "multipart": (multipart(), "multipart/form-data; boundary=b"),
    "JavaScript": (b"alert(1)\n" + TOGETHER.encode(), "text/javascript"),
    "a style sheet": (TOGETHER.encode(), "text/css"),
    "plain text": (TOGETHER.encode(), "text/plain"),
    "no type": (b"<!doctype html>" + TOGETHER.encode(), ""),
    "UTF-7": (TOGETHER.encode(), "text/html; charset=utf-7"),
    "UTF-16": (TOGETHER.encode("utf-16"), "text/html; charset=utf-16"),
    "an image": (svg(), "image/png"),
    "bytes": (b"\0" + TOGETHER.encode(), "text/html"),
}
