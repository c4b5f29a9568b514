"""Report medians of the rounds and ratios of pairs, as a table, as JSON and as plots."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench import plots, targets
from bench.scenarios import SCENARIOS, Figures
from bench.systems import ROOT, System

PACKAGES = (
    *("eventlet", "Flask", "Flask-SocketIO", "python-socketio", "python-engineio", "redis"),
    *("channels", "channels-redis", "Django", "uvicorn"),
)
NPM_PACKAGES = ("socket.io", "@socket.io/redis-adapter", "redis")


class Report:
    """The figures of a run."""

    def __init__(self, rounds: int, systems: list[System]) -> None:
        self._rounds = rounds
        self._compare_with = {system.name: system.compare_with for system in systems}
        self._figures: dict[str, dict[str, list[Figures]]] = {}
        self._failures: dict[str, dict[str, str]] = {}

    def add(self, letter: str, system: str, figures: Figures) -> None:
        """Add the figures of one round."""
        self._figures.setdefault(letter, {}).setdefault(system, []).append(figures)

    def fail(self, letter: str, system: str, reason: str) -> None:
        """Record that a round failed."""
        self._failures.setdefault(letter, {})[system] = reason

    def rates(self, letter: str, system: str) -> list[float]:
        """Return the requests delivered per second in each round of a scenario."""
        return [figures["delivered/s"] for figures in self._rounds_of(letter, system)]

    def ratio(self, letter: str, name: str, system: str, other: str) -> float | None:
        """Return the figure of a system divided by that of another one, or None without figures.

        This is the median of the ratios of the rounds, because a shared machine changes its speed.
        Without another system, return the median of the figure.
        """
        ours = [f.get(name) for f in self._rounds_of(letter, system)]
        if other:
            theirs = [f.get(name) for f in self._rounds_of(letter, other)]
            pairs = [a / b for a, b in zip(ours, theirs, strict=False) if a and b]
        else:
            pairs = [a for a in ours if a is not None]
        return statistics.median(pairs) if pairs else None

    def _rounds_of(self, letter: str, system: str) -> list[Figures]:
        return self._figures.get(letter, {}).get(system, [])

    def rows(self) -> list[tuple[str, str, str, float, float, float, float | None]]:
        """Return rows of scenario, figure, system, median, minimum, maximum and ratio.

        The ratio compares our server with the system. It is None for our server.
        """
        rows = []
        for letter, systems in self._figures.items():
            for system, rounds in systems.items():
                ours = self._compare_with[system]
                for name in rounds[0]:
                    values = [figures[name] for figures in rounds if name in figures]
                    ratio = self.ratio(letter, name, ours, system) if system != ours else None
                    middle = statistics.median(values)
                    rows.append((letter, name, system, middle, min(values), max(values), ratio))
        return sorted(rows, key=lambda row: (row[0], row[1]))

    def targets(self) -> str:
        """Return the targets and the ratios that were reached, as a Markdown table."""
        return targets.table(self.ratio)

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        lines = ["", "| | figure | system | median | range | ours ÷ this |"]
        lines.append("|---|---|---|---|---|---|")
        for letter, name, system, middle, low, high, ratio in self.rows():
            shown = f"{ratio:.2f}" if ratio else ""
            lines.append(
                f"| {letter} | {name} | {system} | {plots.readable(middle)} "
                f"| {plots.readable(low)} to {plots.readable(high)} | {shown} |"
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
        titles = "\n".join(
            f"- {title_of(letter)} [Plot]({letter}.svg)" for letter in sorted(self._figures)
        )
        text = f"# Figures\n\n{details}\n- rounds: {self._rounds}\n\n{titles}\n"
        text += f"\n## Targets\n\n{self.targets()}\n\n## All figures\n{self.table()}\n"
        (target / "results.md").write_text(text)
        data = {"machine": environment, "figures": self._figures, "failures": self._failures}
        (target / "results.json").write_text(json.dumps(data, indent=1) + "\n")
        self._plot(target)

    def _plot(self, target: Path) -> None:
        for letter in self._figures:
            figures: plots.Bars = {}
            for row_letter, name, system, middle, *_ in self.rows():
                if row_letter == letter:
                    figures.setdefault(name, []).append((system, middle))
            plots.draw(target / f"{letter}.svg", title_of(letter), figures)


def title_of(letter: str) -> str:
    """Return the title of a scenario, the first line of its docstring."""
    return str(SCENARIOS[letter].__doc__).splitlines()[0]


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
        "packages": ", ".join(filter(None, map(python_package, PACKAGES))),
        "Node": node(),
        "set-up": "the server on one core; Redis, senders and viewers on another",
    }


def python_package(name: str) -> str:
    """Return the name and version of a Python package, or "" if it is missing."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def node() -> str:
    """Return the versions of Node and of the packages of its recipe, or "missing"."""
    try:
        found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
        manifests = [ROOT / "node_modules" / name / "package.json" for name in NPM_PACKAGES]
        packages = [json.loads(path.read_text()) for path in manifests]
    except (OSError, subprocess.CalledProcessError):
        return "missing"
    return ", ".join(
        [found.stdout.strip().removeprefix("v"), *(f"{p['name']} {p['version']}" for p in packages)]
    )
