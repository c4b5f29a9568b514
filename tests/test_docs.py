"""In the documentation, every snippet parses. `make lint` checks the links.

`tests/examples/test_readme.py` runs the snippets of README.md.
`tests/integration/test_clients.py` runs those of docs/protocol.md.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from functools import cache
from pathlib import Path

import click
import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support.processes import ROOT
from webhook_logger.__main__ import cli

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SETTINGS = re.compile(r"^(?:\w+=\S+ )+")
"""The environment variables in front of a command."""
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


@cache
def tokens(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text())


def snippets(path: Path, language: str) -> list[str]:
    """Return the code blocks of a document in one language."""
    fences = [token for token in tokens(path) if token.type == "fence"]
    return [fence.content for fence in fences if fence.info == language]


@pytest.mark.parametrize("name", NAMES)
def test_every_snippet_parses(name: str, tmp_path: Path) -> None:
    document = ROOT / name
    for snippet in snippets(document, "python"):
        compile(snippet, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    for snippet in snippets(document, "json"):
        json.loads(snippet)
    for snippet in snippets(document, "yaml"):
        list(yaml.safe_load_all(snippet))
    for snippet in snippets(document, "sh"):
        subprocess.run(["bash", "-n"], input=snippet, text=True, check=True)
    for number, snippet in enumerate(snippets(document, "js")):
        script = tmp_path / f"{number}.mjs"
        script.write_text(snippet)
        subprocess.run(["node", "--check", script], check=True)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_line_uses_existing_options(name: str) -> None:
    assert isinstance(cli, click.Group)
    for snippet in snippets(ROOT / name, "sh"):
        lines = snippet.replace("\\\n", " ").splitlines()
        for line in (SETTINGS.sub("", line) for line in lines):
            if not line.startswith("webhook-logger "):
                continue
            _, command, *arguments = shlex.split(line, comments=True)
            known = {option for param in cli.commands[command].params for option in param.opts}
            used = {word.partition("=")[0] for word in arguments if word.startswith("--")}
            assert used <= known, line
