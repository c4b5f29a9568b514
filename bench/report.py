"""Report medians of the rounds and ratios of pairs, as a table, as JSON and as plots."""

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

DEFAULT_RATE = 400.0
"""Requests per second, when the plain recipe has not been measured."""
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
        """Add the figures of one round."""
        self._figures.setdefault(letter, {}).setdefault(system, []).append(figures)

    def fail(self, letter: str, system: str, reason: str) -> None:
        """Record that a round failed."""
        self._failures.setdefault(letter, {})[system] = reason

    def half_of_plain(self) -> float:
        """Return half of the rate that saturates the plain recipe in scenario b of this run."""
        rounds = self._figures.get("b", {}).get(PLAIN.name, [])
        if not rounds:
            return DEFAULT_RATE
        return statistics.median(figures["delivered/s"] for figures in rounds) / 2

    def rows(self) -> list[tuple[str, str, str, float, float, float, float | None]]:
        """Return rows of scenario, figure, system, median, minimum, maximum and ratio.

        The ratio compares our server with the system, as the median of the ratios of the rounds.
        It is None for our server.
        """
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
        """Return the figures as a Markdown table."""
        lines = ["", "| | figure | system | median | range | ours ÷ this |"]
        lines.append("|---|---|---|---|---|---|")
        for letter, name, system, middle, low, high, ratio in self.rows():
            shown = f"{ratio:.2f}" if ratio else ""
            lines.append(
                f"| {letter} | {name} | {system} | {middle:,.4g} | {low:,.4g} to {high:,.4g} "
                f"| {shown} |"
            )
        for letter, systems in self._failures.items():
            lines += [
                f"| {letter} | | {system} | {reason} | | |" for system, reason in systems.items()
            ]
        return "\n".join(lines)

    def write(self, folder: str) -> None:
        """Write the table, the JSON and a plot of each scenario into a folder."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        environment = machine()
        details = "\n".join(f"- {name}: {value}" for name, value in environment.items())
        titles = "\n".join(f"- {(f.__doc__ or '').splitlines()[0]}" for f in SCENARIOS.values())
        text = f"# Figures\n\n{details}\n- rounds: {self._rounds}\n\n{titles}\n{self.table()}\n"
        (target / "results.md").write_text(text)
        data = {"machine": environment, "figures": self._figures, "failures": self._failures}
        (target / "results.json").write_text(json.dumps(data, indent=1) + "\n")
        self._plot(target)

    def _plot(self, target: Path) -> None:
        import matplotlib as mpl

        mpl.use("svg")
        mpl.rcParams["svg.hashsalt"] = "webhook-logger"  # the same figures give the same file
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
    """Return the machine, the versions and the set-up of the run."""
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
