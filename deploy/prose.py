"""Find words that documents, comments, strings and test names avoid; prose.toml lists them.

    python -m deploy.prose [--count] [PATH…]

Prints `file:line:column: words — write …` for each hit, and exits with 1 if there is one. Without
paths it checks all files of the repository. `--count` prints the number of hits of each rule.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from deploy.prose_text import BREAK, prose_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
SENTENCE_END = re.compile(r"(?:^|[.!?|>=\0])[\s\"'“(*_)]*\Z")
QUESTION = re.compile(r"[^.!?\0]*\?")
WORDS = Path(__file__).with_suffix(".toml")


class Hit(NamedTuple):
    """Words that match a rule, and their position."""

    path: str
    line: int
    column: int
    rule: str
    words: str
    instead: str


@dataclass(frozen=True)
class Rule:
    """Words to avoid, and what to write instead."""

    name: str
    pattern: re.Pattern[str]
    instead: str
    where: str
    """`prose`, `start` or `code`; prose.toml explains them."""
    only: str
    """A pattern of the paths that the rule applies to."""

    @classmethod
    def of(cls, name: str, find: str, write: str, where: str = "prose", only: str = "") -> Rule:
        if where == "code":
            return cls(name, re.compile(find), write, where, only)
        # A space in a pattern matches any white space, such as a line break.
        pattern = rf"(?<![\w-])(?:{find.replace(' ', chr(92) + 's+')})(?![\w-])"
        return cls(
            name, re.compile(pattern, 0 if where == "start" else re.IGNORECASE), write, where, only
        )

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        for match in self.pattern.finditer(text):
            if self.where != "start" or (
                SENTENCE_END.search(text, max(0, match.start() - 12), match.start())
                and not QUESTION.match(text, match.end())
            ):
                yield match.span()


class Rules:
    """The rules of prose.toml, the files that it skips, and its exceptions."""

    def __init__(self, path: Path = WORDS) -> None:
        data = tomllib.loads(path.read_text())
        self.rules = [Rule.of(name, **rule) for name, rule in data["rules"].items()]
        self._skip = re.compile("|".join(data["skip"]))
        self._exceptions = [
            (each["path"], each["rule"], each["words"]) for each in data.get("exceptions", [])
        ]

    def skips(self, path: str) -> bool:
        return self._skip.search(path) is not None

    def check(self, path: str, source: str) -> Iterator[Hit]:
        """Yield the hits in a file; `path` is relative to the repository."""
        prose, offsets = _squeeze(prose_of(Path(path), source))
        starts = [0, *(match.end() for match in re.finditer("\n", source))]
        for rule in self.rules:
            if not re.search(rule.only, path):
                continue
            text = source if rule.where == "code" else prose
            for start, end in rule.spans(text):
                words = " ".join(text[start:end].split())
                at = start if rule.where == "code" else offsets[start]
                if (path, rule.name, words) not in self._exceptions:
                    line = bisect_right(starts, at)
                    yield Hit(path, line, at - starts[line - 1] + 1, rule.name, words, rule.instead)


def _squeeze(prose: str) -> tuple[str, list[int]]:
    """Return the prose with one `BREAK` between its parts, and the offset of each character."""
    parts, offsets = [], []
    for match in re.finditer(rf"{BREAK}(?!{BREAK})|[^{BREAK}]+", prose):
        parts.append(match.group())
        offsets.extend(range(*match.span()))
    return "".join(parts), offsets


def _files(paths: list[str]) -> list[str]:
    """Return files of the repository, also new ones, relative to its root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--"]
    given = [str(Path(path).resolve()) for path in paths]
    listed = subprocess.run(  # noqa: S603  # the arguments of this command
        [*command, *given], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _print_counts(rules: Rules, hits: list[Hit]) -> None:
    counts = Counter(hit.rule for hit in hits)
    for rule in sorted(rules.rules, key=lambda rule: -counts[rule.name]):
        print(f"{counts[rule.name]:6}  {rule.name}")
    print(f"{len(hits):6}  in {len({hit.path for hit in hits})} files")


def main() -> int:
    """Run the command. Return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.prose", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("paths", nargs="*", help="files and folders; by default the repository")
    parser.add_argument("--count", action="store_true", help="print the hits of each rule")
    arguments = parser.parse_args()
    rules = Rules()
    files = [name for name in _files(arguments.paths) if not rules.skips(name)]
    hits = [hit for name in files for hit in rules.check(name, (ROOT / name).read_text())]
    if arguments.count:
        _print_counts(rules, hits)
    else:
        for hit in sorted(hits):
            print(f"{hit.path}:{hit.line}:{hit.column}: {hit.words} — write {hit.instead}")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
