"""Only spaces and tabs are stripped from header values. Tests of the page use the same file."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.wire_fixture import FIXTURE, samples
from webhook_logger import charset
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client import reading
from webhook_logger.client.archive import har

VECTORS: dict[str, Any] = json.loads(FIXTURE.with_name("header_values.json").read_text("utf-8"))


def of(name: str, value: str) -> CapturedRequest:
    return replace(samples()[0], headers=((name, value),), body=Body(b"x", 1))


def test_only_spaces_and_tabs_are_stripped_from_a_media_type() -> None:
    for value, media_type in VECTORS["media_types"]:
        assert of("Content-Type", value).media_type == media_type


def test_only_spaces_and_tabs_are_stripped_from_a_content_coding() -> None:
    for value, codings in VECTORS["codings"]:
        assert list(of("Content-Encoding", value).decoded().codings) == codings


def test_only_spaces_and_tabs_are_stripped_from_a_cookie() -> None:
    for value, pairs in VECTORS["cookies"]:
        request = har.entry(of("Cookie", value), "https://hooks.example.com")["request"]
        assert [[each["name"], each["value"]] for each in request["cookies"]] == pairs


def test_only_spaces_and_tabs_are_stripped_from_a_parameter() -> None:
    for value, name, expected in VECTORS["parameters"]:
        assert charset.parameter(value, name) == expected


def test_only_spaces_and_tabs_are_stripped_from_a_charset() -> None:
    for value, is_known in VECTORS["charsets"]:
        codec = charset.codec_of(b"", f"text/plain;charset={value}")
        assert codec == ("cp1252" if is_known else "utf-8"), value


def test_only_spaces_and_tabs_are_stripped_from_a_transfer_encoding() -> None:
    lines = (("Content-Type", "multipart/mixed; boundary=b"),)
    for value, is_known in VECTORS["transfer_encodings"]:
        part = f"--b\r\nContent-Transfer-Encoding:{value}\r\n\r\naGk=\r\n--b--"
        text = reading.read(part.encode(), lines).text or ""
        assert text.endswith("\nhi" if is_known else "\naGk=")
