"""The language of the filter: `method:put|post size:>10kB "a card" -path:/health`.

    filter = clause { space clause }     all must match
    clause = term { " | " term }         one must match
    term   = ["-"] [field ":"] value { "|" value }
    value  = word | quoted | name "=" (word | quoted)     a name only after header: and query:

`static/js/state/filter-parser.js` implements the same language, with the same words from
`filter.json`. Both pass `tests/filter_cases.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from webhook_logger.client.errors import Invalid
from webhook_logger.client.filter_ranges import Range, range_of

LANGUAGE: dict[str, Any] = json.loads(
    Path(__file__).with_name("filter.json").read_text(encoding="utf-8")
)
FIELDS: dict[str, dict[str, str]] = LANGUAGE["fields"]
"""An example and the meaning of each field."""
_LIMITS: dict[str, int] = LANGUAGE["limits"]
_ERRORS: dict[str, str] = LANGUAGE["errors"]
_NAMED = ("header", "query")
"""Fields whose values can start with a name."""
_NUMERIC = ("size", "status")

_SPACE = r" \t\n\r\f\v\xa0\u3000"
_PREFIX = re.compile(r"([A-Za-z]+(?:-[A-Za-z0-9]+)+|[A-Za-z]{2,}):")
_NAME = re.compile(rf'[^{_SPACE}|="]+=')
_SPACES = re.compile(rf"[{_SPACE}]*")
_WORD = re.compile(rf"[^{_SPACE}|]*")
_MINUS = re.compile("-?")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a term."""

    text: str
    """In lower case."""
    name: str = ""
    """The name of a header line or a query parameter, in lower case."""
    range: Range | None = None
    """The range of a size or a status."""


@dataclass(frozen=True, slots=True)
class Term:
    """A condition that holds if one of its values matches."""

    field: str
    """A key of `FIELDS`, or empty for a plain word."""
    values: tuple[Value, ...]
    wanted: bool
    """False for a term with a minus: requests that match are excluded."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A correction."""

    term: str
    text: str
    """The whole filter, corrected."""


class FilterError(Invalid):
    """A filter that is not valid. `reason` is a key of the errors in `filter.json`."""

    def __init__(self, reason: str, message: str, suggestions: Sequence[Suggestion] = ()) -> None:
        advice = [f"Did you mean {each.term}?" for each in suggestions]
        if advice and reason == "unknown_field":
            advice[-1] = f"To search for the text, write {suggestions[-1].term}."
        super().__init__(" ".join((message, *advice)), reason)
        self.suggestions = tuple(suggestions)


def parse(text: str) -> list[list[Term]]:
    """Return the clauses of a filter: all must match, each by one of its terms.

    Raises `FilterError` with the first problem.
    """
    if len(text) > _LIMITS["characters"]:
        raise _refused("too_long", _LIMITS["characters"])
    parser = _FilterReader(text)
    clauses = parser.clauses()
    if parser.count > _LIMITS["values"]:
        raise _refused("too_many_values", _LIMITS["values"])
    if parser.problem:
        raise parser.problem
    return clauses


def _refused(reason: str, limit: int) -> FilterError:
    return FilterError(reason, _ERRORS[reason].format(limit=f"{limit:,}"))


class _FilterReader:
    """Reads a filter from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._term_start = 0
        self.count = 0
        """The number of values."""
        self.problem: FilterError | None = None
        """The first problem."""

    def clauses(self) -> list[list[Term]]:
        clauses = []
        self._eat(_SPACES)
        while not self._is_at_end:
            clauses.append(self._clause())
            self._eat(_SPACES)
        return clauses

    def _clause(self) -> list[Term]:
        terms = [self._term()]
        while self._eats_separator():
            terms.append(self._term())
        return terms

    def _eats_separator(self) -> bool:
        """Move behind a `|` between terms."""
        self._eat(_SPACES)
        if self._next != "|":
            return False
        self._at += 1
        self._eat(_SPACES)
        if self._is_at_end:
            self._report("missing_term", "|")
        return not self._is_at_end

    def _term(self) -> Term:
        self._term_start = self._at
        wanted = self._eat(_MINUS) == ""
        prefix = self._prefix_at(self._at)
        if prefix:
            self._at += len(prefix) + 1
        if prefix and prefix not in FIELDS:
            self._report_unknown(prefix)
            return Term("", (), wanted)
        return Term(prefix, tuple(self._values(prefix)), wanted)

    def _prefix_at(self, at: int) -> str:
        """Return the field before a colon, known or not, in lower case.

        Return "" for a plain word such as `12:30`, `http://example.com` or `std::string`.
        """
        found = _PREFIX.match(self._text, at)
        word = found[1].lower() if found else ""
        if not found or word in FIELDS:
            return word
        is_text = word in LANGUAGE["schemes"] or self._text.startswith(("//", ":"), found.end())
        return "" if is_text else word

    def _report_unknown(self, prefix: str) -> None:
        begin = self._at
        self._value("")
        while self._eats_or():
            self._value("")
        rest = self._text[begin : self._at]
        minus = "-" if self._text[self._term_start] == "-" else ""
        typed = self._text[self._term_start + len(minus) : begin]
        better = f"header:{prefix}=" if "-" in prefix else _similar(prefix)
        terms = [*([better + rest] if better else []), _quoted(typed + rest)]
        self._report("unknown_field", prefix, [minus + each for each in terms])

    def _values(self, field: str) -> list[Value]:
        values: list[Value] = []
        name = ""
        while True:
            value = self._value(field)
            name = value.name or name
            self._check(field, value)
            values.append(replace(value, name=name))
            if not self._eats_or():
                return values

    def _value(self, field: str) -> Value:
        self.count += 1
        name = self._eat(_NAME)[:-1].lower() if field in _NAMED else ""
        text = (self._quoted() if self._next == '"' else self._eat(_WORD)).lower()
        return Value(text, name, range_of(field, text) if field in _NUMERIC else None)

    def _quoted(self) -> str:
        """Read a text in quotes, in which a backslash keeps a quote or a backslash."""
        start = self._at
        text = ""
        self._at += 1
        while not self._is_at_end and self._next != '"':
            if self._text[self._at : self._at + 2] in ('\\"', "\\\\"):
                self._at += 1
            text += self._next
            self._at += 1
        if self._is_at_end:
            before = self._text[self._term_start : start]
            closed = [before + _quoted(text)] if text else []
            self._report("open_quote", f'"{text}', closed)
        self._at += 1
        return text

    def _check(self, field: str, value: Value) -> None:
        """Report a value that cannot be used."""
        term = self._text[self._term_start : self._at]
        if value.text == "" and not value.name:
            self._report("missing_value" if field else "missing_term", term or "|")
        elif field in _NUMERIC and value.range is None:
            is_list = field == "status" and "," in term
            better = [term.replace(",", "|")] if is_list else []
            self._report(f"invalid_{field}", term, better)

    def _eats_or(self) -> bool:
        """Move behind a `|` between values: one with no space around it and no field after it."""
        after = self._text[self._at + 1 : self._at + 2]
        if self._next != "|" or after in ("", "|"):
            return False
        spaces = _SPACES.match(self._text, self._at + 1)
        if (spaces and spaces[0]) or self._prefix_at(self._at + (2 if after == "-" else 1)):
            return False
        self._at += 1
        return True

    def _eat(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found[0] if found else ""

    @property
    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    @property
    def _is_at_end(self) -> bool:
        return self._at >= len(self._text)

    def _report(self, reason: str, term: str, replacements: Sequence[str] = ()) -> None:
        """Note a problem; `replacements` are for the whole term."""
        if self.problem:
            return
        before, after = self._text[: self._term_start], self._text[self._at :]
        suggestions = [Suggestion(each, f"{before}{each}{after}") for each in replacements]
        field = FIELDS.get(term.removeprefix("-").partition(":")[0].lower(), {})
        message = _ERRORS[reason].format(term=term, field=term, example=field.get("example", ""))
        self.problem = FilterError(reason, message, suggestions)


def _quoted(text: str) -> str:
    return '"' + re.sub(r'["\\]', r"\\\g<0>", text) + '"'


def _similar(word: str) -> str:
    """Return the field that a word probably means, with its colon, or an empty string."""
    if word in LANGUAGE["aliases"]:
        return f"{LANGUAGE['aliases'][word]}:"
    distances = {field: 0 if field.startswith(word) else _distance(word, field) for field in FIELDS}
    near = min(FIELDS, key=distances.__getitem__)
    return f"{near}:" if distances[near] <= (1 if len(word) < 4 else 2) else ""


def _distance(word: str, field: str) -> int:
    """Return the number of letters to insert, delete or replace (Levenshtein)."""
    if abs(len(word) - len(field)) > 2:
        return 3
    row = list(range(len(field) + 1))
    for at, letter in enumerate(word):
        following = [at + 1]
        for to, other in enumerate(field, start=1):
            replaced = row[to - 1] + (letter != other)
            following.append(min(replaced, row[to] + 1, following[to - 1] + 1))
        row = following
    return row[-1]
