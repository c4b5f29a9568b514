"""Captured requests in their wire form, in one file that the tests of every language read.

`python -m tests.wire_fixture` writes the file.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from webhook_logger.captured import Body, CapturedRequest

FIXTURE = Path(__file__).parent / "fixtures" / "captured_requests.json"
UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"

BODIES = {
    "json": b'{"type": "order.created", "total": 12.50, "name": "Zo\xc3\xab"}',
    "empty": b"",
    "lines": b"a\tb\r\nc\n",
    "binary": bytes(range(256)),
    "control": b"\x1b[31mred",
    "latin1": b"caf\xe9",
    "emoji": "😀 \u2028 \ufeff".encode(),
    "markup": b"<script>alert(1)</script>",
}


def samples() -> list[CapturedRequest]:
    """Return one request for each kind of body, one over the limit, and one with trailers."""
    bodies = {name: Body(content, len(content)) for name, content in BODIES.items()}
    bodies["too-large"] = Body(b"", 5_000_000, complete=False)
    plain = [_sample(seq, name, body) for seq, (name, body) in enumerate(bodies.items(), start=1)]
    trailers = (("X-Checksum", "5"), ("x-checksum", "\xe9"))
    return [*plain, replace(_sample(len(plain) + 1, "trailers", Body(b"a", 1)), trailers=trailers)]


def _sample(seq: int, name: str, body: Body) -> CapturedRequest:
    return CapturedRequest(
        uuid=UUID,
        id=f"01980000-0000-7000-8000-{seq:012}",
        received_at=datetime(2026, 11, 22, 4, 41, seq, 120_000, timezone.utc),
        method="POST",
        scheme="https",
        host="hooks.example.com",
        path=f"/{UUID}/{name}/%C3%A9",
        subpath=f"/{name}/%C3%A9",
        query_string="a=1&a=2&b",
        http_version="1.1",
        remote_addr="203.0.113.9",
        headers=(
            ("Host", "hooks.example.com"),
            ("X-Dup", "1"),
            ("x-dup", "2"),
            ("X_Latin", "\xe9"),
        ),
        body=body,
        epoch="k3v9",
        seq=seq,
    )


def fixture_text() -> str:
    """Return the content of the file: the wire form and the body of each request, in hex."""
    rows = [
        {"wire": sample.to_wire(), "body_hex": sample.body.content.hex()} for sample in samples()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FIXTURE.parent.mkdir(exist_ok=True)
    FIXTURE.write_text(fixture_text())
