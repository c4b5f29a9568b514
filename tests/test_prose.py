"""The prose linter: sentences that it must flag, and ones that it must not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.prose import Rules
from deploy.prose_text import prose_of

RULES = Rules()

FLAGGED = {
    "told": "Each viewer is told how many requests it missed.",
    "anew": "The worker subscribes anew.",
    "is none": "Raises `Invalid` where there is none.",
    "is no": "A body that is no text is shown in hex.",
    "is gone": "While the queue is away, senders get `503`.",
    "queue that is away": "It waits until the queue is back.",
    "so many": "A reply may apply to so many requests.",
    "as many as": "The page keeps as many as you choose.",
    "as it was": "Any other name is passed on as it is.",
    "whoever, whatever": "The URL is for whoever has the key.",
    "sentence that starts with what, who, how many": "It ends. What is left is dropped.",
    "sentence that starts with of": "It ends. Of the rest the newest is kept.",
    "take away": "A request can be taken away as curl.",
    "what came of it": "The row shows what came of it.",
    "all that": "The UUID is all that it takes.",
    "nobody": "A request that nobody reads is dropped.",
    "at the most": "It waits 5 seconds at the most.",
    "more than one may": "The request has more than one may have.",
    "is to be": "The body is not to be had.",
    "for good": "The reply is used for good.",
    "beside": "The file is written beside the other.",
    "answered": "The request is answered 404.",
    "an answer": "No answer sets a cookie.",
    "answerer": "A callback has one answerer.",
    "canary": "The worker sends a canary.",
    "held": "A hundred senders are held at most.",
    "cut": "It waits for a new cut.",
    "cut off": "A slow viewer is cut off.",
    "path below": "It shows the path below the callback.",
    "MOST_": "`MOST_BYTES` is the limit.",
    "goes on": "The page goes on by itself.",
    "hear, deaf": "The worker hears nothing from Redis.",
    "stands, lies": "The name stands before the value.",
    "without a word": "The event is discarded without a word.",
    "in here": "Compares two texts. No DOM in here.",
}

PLAIN = """
The server sends `bye` and closes the connection. A viewer reconnects and reports the gap.
There is no log-in. The queue is no longer available, and the request is not text.
What does a viewer receive? It receives at most 100 requests per second.
You can see what you sent. It was so late that the request timed out.
The browser answers the challenge, for good reasons. Redis is behind a proxy.
The stronghold, a retelling, the scuttle: none of these words is flagged.
The file is shown as it was sent, as far as it is known. Of course it is.
The value is None for the first request.
"""


@pytest.mark.parametrize("rule", FLAGGED)
def test_the_rule_flags_its_sentence(rule: str) -> None:
    assert rule in {hit.rule for hit in RULES.check("docs/a.md", FLAGGED[rule])}


def test_plain_sentences_are_not_flagged() -> None:
    assert list(RULES.check("docs/a.md", PLAIN)) == []


def test_a_hit_has_its_position_and_a_hint() -> None:
    [hit] = RULES.check("docs/a.md", "One.\nIt counts anew.\n")
    assert hit == ("docs/a.md", 2, 11, "anew", "anew", "again")


PROSE = {
    "a.py": (
        'def test_it_starts_anew(): # again\n    """Do it\n    anew."""\n    x = f"so {n}" " many"',
        ["test it starts anew", "again", "Do it anew.", "so _ many"],
    ),
    "b.py": (
        "x = b'not a text'\ny = 'word'\n# one\n# two\nz = 'two words'",
        ["one two", "two words"],
    ),
    "a.js": (
        "/** One\n * two.\n * @param {string} a  three */\n// four\n// five\n"
        "const a = /it's/; f(`six ${g('seven eight')} nine ${b}.`, 'ten');",
        ["One two.", "three", "four five", "six", "seven eight", "nine _."],
    ),
    "a.css": ("/* One. */ a { b: c; }", ["One."]),
    "table.md": ("<!-- [[[cog table() ]]] -->\n| one |\n<!-- [[[end]]] -->", ["-->"]),
    "a.md": (
        "# One\n\ntwo `three` [four](five)\nsix\n\n```\nseven\n```\n",
        ["One", "two _ [four]_ six"],
    ),
    "a.yaml": ("a: one\nb: |\n  two\n  three\n", ["one", "two three"]),
    "Makefile": ("# One\n# two\na: b\n\techo 'three four'", ["One two", "three four"]),
}


@pytest.mark.parametrize("name", PROSE)
def test_prose_is_separated_from_code(name: str) -> None:
    source, expected = PROSE[name]
    prose = prose_of(Path(name), source)
    assert len(prose) == len(source)
    parts = [re.sub("_+", "_", " ".join(part.split())) for part in prose.split("\0")]
    assert [part for part in parts if part] == expected
