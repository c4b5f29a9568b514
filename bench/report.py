"""Medians over the rounds, ratios pair by pair, as a table, as JSON and as plots."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from bench.scenarios import SCENARIOS, Figures
from bench.systems import OURS, PLAIN

RATE = 400.0
"""Where nothing is known of the plain recipe."""
PACKAGES = (
    *("eventlet", "Flask", "Flask-SocketIO", "python-socketio", "python-engineio", "redis"),
    *("channels", "channels-redis", "Django", "uvicorn"),
)


class Report:
    """The figures of a run."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self._figures: dict[str, dict[str, list[Figures]]] = {}
        self._failures: dict[str, dict[str, str]] = {}

    def add(self, letter: str, system: str, figures: Figures) -> None:
        """One round's."""
        self._figures.setdefault(letter, {}).setdefault(system, []).append(figures)

    def fail(self, letter: str, system: str, why: str) -> None:
        """A round that has no figures."""
        self._failures.setdefault(letter, {})[system] = why

    def half_of_plain(self) -> float:
        """Half of what saturates the plain recipe, as far as (b) has shown it in this run."""
        rounds = self._figures.get("b", {}).get(PLAIN.name, [])
        if not rounds:
            return RATE
        return statistics.median(figures["delivered/s"] for figures in rounds) / 2

    def rows(self) -> list[tuple[str, str, str, float, float, float, float | None]]:
        """Scenario, figure, system, median, least, most, ours over this one's (pair by pair)."""
        rows = []
        for letter, systems in self._figures.items():
            ours = systems.get(OURS.name, [])
            for system, rounds in systems.items():
                for name in rounds[0]:
                    values = [figures[name] for figures in rounds if name in figures]
                    pairs = [
                        o[name] / f[name]
                        for o, f in zip(ours, rounds, strict=False)
                        if o.get(name) and f.get(name)
                    ]
                    ratio = statistics.median(pairs) if pairs and system != OURS.name else None
                    middle = statistics.median(values)
                    rows.append((letter, name, system, middle, min(values), max(values), ratio))
        return sorted(rows, key=lambda row: (row[0], row[1]))

    def table(self) -> str:
        """As Markdown."""
        lines = ["", "| | figure | system | median | least to most | ours ÷ this |"]
        lines.append("|---|---|---|---|---|---|")
        for letter, name, system, middle, least, most, ratio in self.rows():
            shown = f"{ratio:.2f}" if ratio else ""
            lines.append(
                f"| {letter} | {name} | {system} | {middle:,.4g} | {least:,.4g} to {most:,.4g} "
                f"| {shown} |"
            )
        for letter, systems in self._failures.items():
            lines += [f"| {letter} | | {system} | {why} | | |" for system, why in systems.items()]
        return "\n".join(lines)

    def write(self, folder: str) -> None:
        """Table, JSON and a plot for each scenario."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        about = machine()
        told = "\n".join(f"- {name}: {value}" for name, value in about.items())
        titles = "\n".join(f"- {(f.__doc__ or '').splitlines()[0]}" for f in SCENARIOS.values())
        text = f"# Figures\n\n{told}\n- rounds: {self._rounds}\n\n{titles}\n{self.table()}\n"
        (target / "results.md").write_text(text)
        data = {"machine": about, "figures": self._figures, "failures": self._failures}
        (target / "results.json").write_text(json.dumps(data, indent=1) + "\n")
        self._plot(target)

    def _plot(self, target: Path) -> None:
        import matplotlib as mpl

        mpl.use("svg")
        mpl.rcParams["svg.hashsalt"] = "webhook-logger"  # the same figures, the same file
        import matplotlib.pyplot as plt

        for letter in self._figures:
            rows = [row for row in self.rows() if row[0] == letter]
            names = list(dict.fromkeys(row[1] for row in rows))
            figure, axes = plt.subplots(
                len(names), 1, figsize=(7, 1 + 1.3 * len(names)), squeeze=False
            )
            for (axis,), name in zip(axes, names, strict=True):
                bars = [(row[2], row[3]) for row in rows if row[1] == name][::-1]
                axis.barh(
                    *zip(*bars, strict=True),
                    color=["#2b6cb0" if bar[0] == OURS.name else "#a0aec0" for bar in bars],
                )
                axis.set_title(name, loc="left", fontsize=9)
                axis.tick_params(labelsize=8)
            figure.suptitle(str(SCENARIOS[letter].__doc__), fontsize=10)
            figure.tight_layout()
            figure.savefig(target / f"{letter}.svg", metadata={"Date": None})
            plt.close(figure)


def machine() -> dict[str, str]:
    """Where and with what the figures were taken."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    redis = subprocess.run(
        ["redis-server", "--version"], capture_output=True, text=True, check=True
    )
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "processor": processor,
        "system": platform.platform(),
        "Python": platform.python_version(),
        "Redis": redis.stdout.split()[2].removeprefix("v="),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "set-up": "the server on one core; Redis, senders and viewers on another",
    }
