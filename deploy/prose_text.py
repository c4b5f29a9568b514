"""The prose of a file: documents, comments, docstrings, strings that people read, test names.

Code is read with patterns, not parsed. The prose stays at its offsets in the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

BREAK = "\0"
"""Replaces everything that is not prose, so that no match of a pattern crosses it."""
VALUE = "_"
"""Replaces a value inside a sentence: code in backticks, `{…}` in an f-string."""

STRING = r"""[rRuUfFbB]{0,2}(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
PYTHON = re.compile(
    r"(?P<comment>#[^\n]*)"
    rf'|(?P<block>[rRuUfF]?"""(?:\\.|[^\\])*?""")|(?P<string>{STRING})'
    r"|(?<=\bdef )(?P<name>test_\w+)",
    re.DOTALL,
)
JAVASCRIPT = re.compile(
    r"(?P<block>/\*.*?\*/)|(?P<comment>//[^\n]*)"
    r"|(?P<pattern>(?:(?<=[(,=:\[!&|?{};>])|(?<=return))\s*/(?![*/])(?:\\.|\[(?:\\.|[^]\\\n])*]|[^/\\\n[])+/)"
    rf"|(?P<string>{STRING})|(?P<template>`)|(?P<open>\{{)|(?P<close>\}})",
    re.DOTALL,
)
CSS = re.compile(r"(?P<block>/\*.*?\*/)", re.DOTALL)
HASH = re.compile(rf"(?P<comment>(?<!\S)#[^\n]*)|(?P<string>{STRING})", re.DOTALL)
TEMPLATE_TEXT = re.compile(r"(?:\\.|[^\\`$]|\$(?!\{))*", re.DOTALL)

GENERATED = re.compile(r"<!--\s*\[\[\[cog.*?\[\[\[end\]\]\]", re.DOTALL)
FENCE = re.compile(r"^ *(```+|~~~+).*?^ *\1", re.DOTALL | re.MULTILINE)
BACKTICKS = re.compile(r"(`+)[^`\0]+?\1")
LINK_TARGET = re.compile(r"(?<=\])\([^)\s]*\)")
MARKUP_CODE = re.compile(r"<(script|style)\b.*?</\1>|\{%.*?%\}", re.DOTALL)
YAML_KEY = re.compile(r"[\w$/.-]+:(?=\s)|[{}\[\]]|(?<=: )[|>]-?$", re.MULTILINE)
EXPRESSION = re.compile(r"\{[^{}\s][^{}]*\}")
JSDOC_TAG = re.compile(r"@\w+(?: \{[^\n]*?\}(?= |$))?(?: \[?\w+\]?(?=  ))?", re.MULTILINE)
STAR = re.compile(r"(?<=\n)[ \t]*\*")
PARAGRAPH = re.compile(r"\n[ \t]*(?=\n)|^[ \t]*(?:[-*]|\d+\.|#+)(?= )", re.MULTILINE)

TWO_WORDS = re.compile(r"""[A-Za-z,.;:)}_"']\s+[A-Za-z(_{]|[A-Za-z,.;:]\s["']\Z""")


class Page:
    """A source in which only prose is left, and `BREAK` replaces the rest."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.characters = [BREAK] * len(source)

    @property
    def text(self) -> str:
        return "".join(self.characters)

    def keep(self, start: int, end: int) -> None:
        self.characters[start:end] = self.source[start:end]

    def fill(self, start: int, end: int, character: str) -> None:
        self.characters[start:end] = [character] * (end - start)

    def fill_all(self, pattern: re.Pattern[str], character: str) -> None:
        for match in pattern.finditer(self.text):
            self.fill(*match.span(), character)


def prose_of(path: Path, source: str) -> str:
    """Return the source with `BREAK` in place of each character that is not prose."""
    page = Page(source)
    _reader(path)(page)
    page.fill_all(BACKTICKS, VALUE)
    page.fill_all(PARAGRAPH, BREAK)
    return page.text.replace("’", "'")


def _reader(path: Path) -> Callable[[Page], Any]:
    return _READERS.get(path.suffix, _hash)


def _markdown(page: Page) -> None:
    page.keep(0, len(page.source))
    page.fill_all(GENERATED, BREAK)
    page.fill_all(FENCE, BREAK)
    page.fill_all(LINK_TARGET, VALUE)


def _markup(page: Page) -> None:
    page.keep(0, len(page.source))
    page.fill_all(MARKUP_CODE, BREAK)


def _yaml(page: Page) -> None:
    page.keep(0, len(page.source))
    page.fill_all(YAML_KEY, BREAK)


def _python(page: Page) -> None:
    _keep_matches(page, PYTHON)


def _css(page: Page) -> None:
    _keep_matches(page, CSS)


def _hash(page: Page) -> None:
    _keep_matches(page, HASH)


def _keep_matches(page: Page, pattern: re.Pattern[str]) -> None:
    before = None
    for match in pattern.finditer(page.source):
        if _keep_token(page, match):
            _join(page, before, match)
            before = match


def _javascript(page: Page, at: int = 0, is_expression: bool = False) -> int:
    """Keep the prose from an offset on; an expression `${…}` ends at its brace. Return the end."""
    depth, before = 0, None
    while match := JAVASCRIPT.search(page.source, at):
        at, kind = match.end(), match.lastgroup
        if kind == "template":
            at = _template(page, at)
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if is_expression and depth < 0:
                return at
        elif kind != "pattern" and _keep_token(page, match):
            _join(page, before, match)
            before = match
    return len(page.source)


def _template(page: Page, at: int) -> int:
    start = at
    while match := TEMPLATE_TEXT.match(page.source, at):
        page.keep(*match.span())
        at = match.end()
        if not page.source.startswith("${", at):
            break
        end = _javascript(page, at + 2, is_expression=True)
        if set(page.characters[at:end]) == {BREAK}:
            page.fill(at, end, VALUE)
        at = end
    if not TWO_WORDS.search(page.text[start:at]):
        page.fill(start, at, BREAK)
    return at + 1


def _keep_token(page: Page, match: re.Match[str]) -> bool:
    """Keep a comment, string or name without its marks. Return whether it is prose."""
    kind, token, start = match.lastgroup, match.group(), match.start()
    if kind == "string" and ("b" in token[:2].lower() or not TWO_WORDS.search(token)):
        return False
    mark = re.match(r"[rRuUfF]{0,2}(?:\"\"\"|[\"'])|#+!?|//+|/\*+|", token)
    opening = mark.end() if mark else 0
    closing = (
        0
        if kind in ("comment", "name")
        else 3
        if token.endswith('"""')
        else 2
        if token.endswith("*/")
        else 1
    )
    page.keep(start + opening, match.end() - closing)
    if kind == "name":
        page.characters[start : match.end()] = token.replace("_", " ")
    if token.startswith(("f", "F")):
        _fill_within(page, match, EXPRESSION, VALUE)
    if token.startswith("/*"):
        _fill_within(page, match, STAR, " ")
        _fill_within(page, match, JSDOC_TAG, BREAK)
    return True


def _fill_within(
    page: Page, match: re.Match[str], pattern: re.Pattern[str], character: str
) -> None:
    for each in pattern.finditer(page.source, *match.span()):
        page.fill(*each.span(), character)


def _join(page: Page, before: re.Match[str] | None, match: re.Match[str]) -> None:
    """Join a comment to its next line, and a string to its next part."""
    if before is None or before.lastgroup != match.lastgroup or match.lastgroup == "block":
        return
    gap = page.source[before.end() : match.start()]
    is_one = gap.strip() in ("", "+") if match.lastgroup == "string" else gap.count("\n") == 1
    if is_one and (match.lastgroup == "string" or not gap.strip()):
        start, end = before.end() - 1, match.start() + 3
        page.characters[start:end] = [
            " " if character == BREAK else character for character in page.characters[start:end]
        ]


_READERS: dict[str, Callable[[Page], Any]] = {
    ".md": _markdown,
    ".html": _markup,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".py": _python,
    ".js": _javascript,
    ".mjs": _javascript,
    ".css": _css,
}
