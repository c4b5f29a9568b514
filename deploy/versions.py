"""Copy the version of `webhook_logger/__init__.py` to the other files that name it.

    python -m deploy.versions [--write]

Without `--write`, prints the places with another version, and exits with 1 if there is one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from webhook_logger import __version__

ROOT = Path(__file__).parents[1]
MAJOR = __version__.partition(".")[0]

PAGES = ("README.md", "docs/deployment.md", "docs/javascript.md")
DOWNLOAD = r"(?:/v|logger:|webhook[-_]logger-)(\d+\.\d+\.\d+)"
PLACES = (
    ("package.json", r'^  "version": "(.+)"', __version__),
    ("package-lock.json", r'\A\{\s+"name": ".+",\s+"version": "(.+)"', __version__),
    ("package-lock.json", r'"": \{\s+"name": ".+",\s+"version": "(.+)"', __version__),
    ("static/js/export/har.js", r'"Webhook Logger","version":"(.+?)"', __version__),
    ("deploy/helm/webhook-logger/Chart.yaml", r"^version: (.+)$", __version__),
    ("deploy/helm/webhook-logger/Chart.yaml", r"^appVersion: (.+)$", __version__),
    # The contract changes incompatibly with a major version only.
    ("docs/openapi.yaml", r'^  version: "(.+)"', MAJOR),
    ("docs/asyncapi.yaml", r'^  version: "(.+)"', MAJOR),
    # Commands that people copy.
    ("Dockerfile", r"VERSION=(\d\S+)", __version__),
    ("docs/deployment.md", r"VERSION=(\d\S+)", __version__),
    *((name, DOWNLOAD, __version__) for name in PAGES),
)
"""File, pattern with one group, and the version that the group contains."""


def main() -> int:
    """Check or write all places."""
    visit = _write if sys.argv[1:] == ["--write"] else _check
    failed = [place for place in PLACES if not visit(*place)]
    return int(bool(failed))


def _check(name: str, pattern: str, version: str) -> bool:
    found = re.findall(pattern, _read(name), re.MULTILINE)
    if set(found) == {version}:
        return True
    print(f"{name}: {', '.join(found) or 'no version'}; run make fix to write {version}.")
    return False


def _write(name: str, pattern: str, version: str) -> bool:
    text, count = re.subn(pattern, _replacing(version), _read(name), flags=re.MULTILINE)
    (ROOT / name).write_text(text, encoding="utf-8")
    return count > 0


def _replacing(version: str) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        start, end = (each - match.start() for each in match.span(1))
        return match[0][:start] + version + match[0][end:]

    return replace


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
