"""Draw the medians of a scenario as bars, one group for each figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.systems import OURS

BAR_INCHES = 0.21
LONGEST = 6
"""Bars longer than this many times ours are shortened, so that the others can be compared."""

Bars = dict[str, list[tuple[str, float]]]
"""For each figure, the systems and their medians."""


def draw(path: Path, title: str, figures: Bars) -> None:
    """Write a plot as an SVG file."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "webhook-logger"  # the same figures give the same file
    import matplotlib.pyplot as plt

    heights = [0.5 + BAR_INCHES * len(bars) for bars in figures.values()]
    figure, axes = plt.subplots(
        *(len(figures), 1),
        figsize=(7, 0.6 + sum(heights)),
        height_ratios=heights,
        squeeze=False,
    )
    for (axis,), (name, bars) in zip(axes, figures.items(), strict=True):
        _draw_figure(axis, name, bars[::-1])
    figure.suptitle(title, fontsize=10)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def readable(value: float) -> str:
    """Return a figure with four digits, or as a whole number from 1,000 up."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def _draw_figure(axis: Any, name: str, bars: list[tuple[str, float]]) -> None:
    longest = max(value for _, value in bars)
    ours = next((value for system, value in bars if system == OURS.name), 0.0)
    end = min(longest, LONGEST * ours) or longest or 1.0
    names = [system for system, _ in bars]
    axis.barh(names, [min(value, end) for _, value in bars], color=[_color(n) for n in names])
    for place, (_, value) in enumerate(bars):
        mark = " (shortened)" if value > end else ""
        axis.text(min(value, end), place, f" {readable(value)}{mark}", va="center", fontsize=7)
    axis.set_xlim(0, end * 1.18)
    axis.set_title(name, loc="left", fontsize=9)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _color(system: str) -> str:
    if system.startswith(f"{OURS.name}, compiled"):
        return "#1a365d"
    if system.startswith(OURS.name):
        return "#2b6cb0"
    return "#68a063" if system.startswith("Node") else "#a0aec0"
