"""A progress bar for long work, if the output is a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from webhook_logger.client.commands.screen import Screen

Item = TypeVar("Item")


def progress(screen: Screen, items: Sequence[Item]) -> Iterator[Item]:
    """Yield the items and show a progress bar, unless there is one item or no terminal."""
    if len(items) < 2 or not screen.notes.is_terminal:
        yield from items
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen.notes, transient=True) as bar:
        yield from bar.track(items, total=len(items))
