"""Commands whose help ends with examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

Examples = Sequence[tuple[str, str]]
"""Pairs of a sentence and the command line that it describes."""


class CommandWithExamples(click.Command):
    """A command whose help ends with examples."""

    def __init__(self, *args: Any, examples: Examples = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        with formatter.section("Examples"):
            for number, (sentence, line) in enumerate(self.examples):
                if number:
                    formatter.write_paragraph()
                formatter.write_text(sentence)
                # Not wrapped, so that it can be copied.
                formatter.write(f"{'':{formatter.current_indent + 2}}{line}\n")
