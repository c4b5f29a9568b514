"""Exclude almost all requests that are not handshakes, in about a microsecond.

Each rule of a handshake has a *mark*: the name of a header or query parameter, a method, or a word
in the body, which few other requests contain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from webhook_logger.headers import HeaderLines
from webhook_logger.memo import Memo
from webhook_logger.providers.rules import Rule

MAX_HANDSHAKE_BYTES = 2 * 1024
"""A request with a larger body is not a handshake: it contains little more than the value that it
expects back, which has at most 1,024 bytes.
"""
MIN_WORD_CHARACTERS = 8
"""Shorter words, such as `type`, are in too many bodies."""

_COMMON_HEADERS = ("content-type", "user-agent")
_COMMON_METHODS = ("", "GET", "POST")
_LITERAL = re.compile(r"\^((?:[\w-]|\\\.|\[\.\])+)\$", re.ASCII)


@dataclass(frozen=True, slots=True)
class HandshakeMarks:
    """The marks of all handshakes."""

    methods: frozenset[str]
    queries: tuple[str, ...]
    """Parts of the raw query."""
    headers: Memo[str, bool]
    """Whether a name, as sent, is a mark."""
    words: tuple[str, ...]
    """Parts of the body, in ASCII."""

    def may_match(
        self, method: str, query_string: str, header_lines: HeaderLines, content: bytes
    ) -> bool:
        """Return False if the request with these parts is certainly not a handshake."""
        if len(content) > MAX_HANDSHAKE_BYTES:
            return False
        if content:
            text = content.decode("latin-1")  # to search bytes takes twice as long
            for word in self.words:
                if word in text:
                    return True
        if method in self.methods:
            return True
        if query_string and any(name in query_string for name in self.queries):
            return True
        headers = self.headers
        for name, _ in header_lines:  # noqa: SIM110  # any() takes twice as long
            if headers[name]:
                return True
        return False


def marks_of(rules: Collection[Rule]) -> HandshakeMarks:
    """Return the marks of these rules. Raises `ValueError` if one has no mark."""
    words = Counter(word for rule in rules for word in set(_words(rule)))
    found: dict[str, set[str]] = {kind: set() for kind in ("method", "query", "header", "body")}
    for rule in rules:
        kind, name = _mark(rule, words)
        found[kind].add(name)
    headers = found["header"]
    return HandshakeMarks(
        frozenset(found["method"]),
        tuple(sorted(found["query"])),
        Memo(lambda name: name.lower() in headers, entries=1024, size=64),
        tuple(sorted(found["body"])),
    )


def _mark(rule: Rule, words: Counter[str]) -> tuple[str, str]:
    if rule.method not in _COMMON_METHODS:
        return "method", rule.method
    for kind in ("header", "query"):
        for name in _names(rule, kind):
            if name.lower() not in _COMMON_HEADERS:
                return kind, name.lower() if kind == "header" else name
    if not (candidates := _words(rule)):
        raise ValueError(f"The rule of a handshake matches too many requests: {rule}.")
    # The word that most rules share: each word has to be searched in every body.
    return "body", max(candidates, key=lambda word: (words[word], len(word)))


def _words(rule: Rule) -> list[str]:
    """Return the words that a body must contain: names and literal values."""
    words: list[str] = []
    for location, expression in rule.conditions:
        kind, _, name = location.partition(":")
        if kind in ("json", "form"):
            words.append(name.rpartition("/")[2])
            if literal := _LITERAL.fullmatch(expression):
                words.append(literal[1].replace("\\.", ".").replace("[.]", "."))
    return [word for word in words if len(word) >= MIN_WORD_CHARACTERS and not word.isdigit()]


def _names(rule: Rule, kind: str) -> list[str]:
    locations = (location.partition(":") for location, _ in rule.conditions)
    return [name for each, _, name in locations if each == kind]
