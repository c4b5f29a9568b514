"""Read the vectors in tests/providers/vectors/, which the tests of the page read, too."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.wire_fixture import UUID, samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.headers import HeaderLines

FOLDER = Path(__file__).parent / "vectors"
ARRIVED = 1795322460
"""The default time of arrival of a vector's request."""

Vector = dict[str, Any]


def files() -> list[Path]:
    return sorted(FOLDER.glob("*.json"))


def read(file: Path) -> list[Vector]:
    """Read a file. A signature without a provider is one of the provider that the file is for."""
    vectors: list[Vector] = json.loads(file.read_text(encoding="utf-8"))
    for vector in vectors:
        if "signature" in vector:
            vector["signature"].setdefault("provider", file.stem)
    return vectors


def request_of(vector: Vector) -> CapturedRequest:
    """Return the captured request of a vector."""
    fields = vector["request"]
    content = content_of(fields.get("body", ""))
    subpath = fields.get("path", "")
    arrived = datetime.fromtimestamp(vector.get("arrived", ARRIVED), timezone.utc)
    return replace(
        samples()[0],
        received_at=arrived,
        method=fields.get("method", "POST"),
        scheme=fields.get("scheme", "https"),
        host=fields.get("host", "hooks.example.com"),
        path=subpath or f"/{UUID}",
        subpath=subpath,
        query_string=fields.get("query_string", ""),
        headers=lines(fields.get("headers", {})),
        body=Body(content, len(content), fields.get("complete", True)),
    )


def content_of(body: str | Mapping[str, str]) -> bytes:
    return body.encode() if isinstance(body, str) else base64.b64decode(body["base64"])


def lines(headers: Mapping[str, str] | list[list[str]]) -> HeaderLines:
    """Return header lines; characters outside of ASCII are sent as UTF-8."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return tuple((name, value.encode().decode("latin-1")) for name, value in pairs)
