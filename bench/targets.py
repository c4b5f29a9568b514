"""The targets: how this server should compare with Node, and with its own limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.systems import (
    COMPILED,
    COMPILED_MEMORY,
    EARLIER,
    MEMORY,
    NODE,
    NODE_MEMORY,
    OURS,
    System,
)

COMPILED_FORM = {OURS.name: COMPILED.name, MEMORY.name: COMPILED_MEMORY.name}


@dataclass(frozen=True)
class Target:
    """A limit of a figure of this server, or of its ratio to the figure of another system."""

    title: str
    letter: str
    figure: str
    sign: str
    """`≥` or `≤`."""
    limit: float
    system: str = OURS.name
    other: str = ""
    """The system to compare with, or "" if the limit is for the figure itself."""

    def is_met(self, value: float) -> bool:
        """Return whether a value meets the target."""
        return value >= self.limit if self.sign == "≥" else value <= self.limit

    def concerns(self, system: System) -> bool:
        """Return whether the target needs figures of a system."""
        return system.name in (self.system, COMPILED_FORM[self.system], self.other)


TARGETS = (
    Target(
        "delivered/s through Redis, 1 viewer, ÷ Node",
        *("b", "delivered/s", "≥", 1.4, OURS.name, NODE.name),
    ),
    Target(
        "requests/s through Redis, no viewer, ÷ Node",
        *("a", "requests/s", "≥", 1.0, OURS.name, NODE.name),
    ),
    Target(
        "delivered/s in memory, 1 viewer, ÷ Node",
        *("b", "delivered/s", "≥", 0.8, MEMORY.name, NODE_MEMORY.name),
    ),
    Target(
        "requests/s in memory, no viewer, ÷ Node",
        *("a", "requests/s", "≥", 0.6, MEMORY.name, NODE_MEMORY.name),
    ),
    Target(
        "p50 from sender to viewer through Redis, ÷ Node",
        *("e", "p50 ms", "≤", 1.0, OURS.name, NODE.name),
    ),
    Target(
        "CPU per viewer at 10,000 viewers, ÷ Node",
        *("f", "CPU µs/viewer, 10,000 viewers", "≤", 0.5, OURS.name, NODE.name),
    ),
    Target("KB per idle viewer", "g", "KB/idle viewer", "≤", 16),
    Target("CPU, 8 workers ÷ 1, steady", "h", "CPU, 8 workers ÷ 1, steady", "≤", 1.2),
    Target(
        "CPU per request at half load, ÷ earlier",
        *("k", "CPU µs/delivered, half load", "≤", 1.0, OURS.name, EARLIER.name),
    ),
)

# A figure or a ratio, of a scenario, for a system and perhaps another one; None if not measured.
Value = Callable[[str, str, str, str], "float | None"]


def needed(letter: str, system: System) -> bool:
    """Return whether a target needs this scenario of a system. c sets the rate of k."""
    if letter == "c":
        return system.name == OURS.name
    return any(target.letter == letter and target.concerns(system) for target in TARGETS)


def table(value: Value) -> str:
    """Return a Markdown table of the targets, and the values that were reached.

    `value(letter, figure, system, other)` returns a ratio, or a figure if `other` is "", or None if
    it was not measured.
    """
    lines = ["| | target | goal | pure Python | compiled | met |", "|---|---|---|---|---|---|"]
    for target in TARGETS:
        values = [
            value(target.letter, target.figure, system, target.other)
            for system in (target.system, COMPILED_FORM[target.system])
        ]
        shown = " | ".join("–" if each is None else f"{each:.3g}" for each in values)
        goal = f"{target.sign} {target.limit:g}"
        lines.append(
            f"| {target.letter} | {target.title} | {goal} | {shown} | {_met(target, values)} |"
        )
    return "\n".join(lines)


def _met(target: Target, values: list[float | None]) -> str:
    pure, compiled = (each is not None and target.is_met(each) for each in values)
    if pure and compiled:
        return "yes"
    if values == [None, None]:
        return "–"
    return "pure Python" if pure else "compiled" if compiled else "no"
