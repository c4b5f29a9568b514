"""Run each scenario with each system in several rounds, and print medians and ratios."""

from __future__ import annotations

import argparse
import signal
import statistics
import sys

from bench import costs, targets
from bench.plots import readable
from bench.processes import LOAD_CORE, Redis
from bench.report import Report
from bench.scenarios import SCENARIOS, InvalidResult, Run
from bench.systems import OURS, System, known
from bench.viewers import pin_to_core


def parse_arguments() -> argparse.Namespace:
    """Parse the command line. Without arguments, everything runs."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--scenarios", default="".join(SCENARIOS), help="letters of the scenarios, such as abe"
    )
    parser.add_argument("--rounds", type=int, default=2, help="rounds per scenario")
    parser.add_argument(
        "--once", default="dfghijk", help="letters of the scenarios that run only one round"
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds per measurement")
    parser.add_argument("--viewers", type=int, default=10_000, help="maximum viewers at a time")
    parser.add_argument("--rate", type=float, default=500.0, help="requests/s in e, h and j")
    parser.add_argument("--soak", type=float, default=180.0, help="seconds that j runs")
    parser.add_argument(
        "--targets", action="store_true", help="measure only the figures that have a target"
    )
    parser.add_argument(
        "--costs", action="store_true", help="measure the costs of docs/capacity.md instead"
    )
    parser.add_argument(
        "--systems", nargs="*", default=[], help="names of the systems; default: all"
    )
    parser.add_argument(
        "--against", default="", help="a folder with an earlier checkout, to compare with"
    )
    parser.add_argument(
        "--compiled", default="", help="a folder with a compiled copy; default: build/compiled"
    )
    parser.add_argument("--more", default="", help="a JSON file of systems; see bench/systems.py")
    parser.add_argument("--out", help="a folder for the tables, the JSON and the plots")
    return parser.parse_args()


def select_systems(options: argparse.Namespace) -> list[System]:
    """Return the systems with the wanted names, or all systems. Name those that cannot run."""
    systems = known(options.compiled, options.against, options.more)
    unknown = set(options.systems) - {system.name for system in systems}
    if unknown:
        names = ", ".join(system.name for system in systems)
        sys.exit(f"Unknown systems: {', '.join(sorted(unknown))}. Choose from: {names}.")
    wanted = [system for system in systems if system.name in options.systems or not options.systems]
    for system in wanted:
        if missing := system.missing():
            print(f"{system.name} is skipped, because {missing} is missing.", flush=True)
    return [system for system in wanted if not system.missing()]


def main() -> None:
    """Run the scenarios and print each result as it arrives."""
    # A run that is ended this way stops the servers that it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The run was ended."))
    options = parse_arguments()
    systems = select_systems(options)
    pin_to_core(LOAD_CORE)
    if options.costs:
        costs.report(next(iter(systems)), options.rounds, options.seconds)
        return
    report = Report(options.rounds, systems)
    for letter in options.scenarios:
        rounds = 1 if letter in options.once else options.rounds
        for number in range(rounds):
            for system in systems:
                if letter not in system.scenarios:
                    continue
                if not options.targets or targets.needed(letter, system):
                    measure(report, letter, system, options, number)
        if options.out:
            report.write(options.out)  # a run that is interrupted keeps its results so far
    print(report.table())
    print(f"\n{report.targets()}")


def measure(
    report: Report, letter: str, system: System, options: argparse.Namespace, number: int
) -> None:
    """Run one round of a scenario with a system, and report its figures or the failure."""
    with Redis() as redis:
        run = Run(
            *(redis, options.seconds, options.viewers, options.rate),
            soak_seconds=options.soak,
            targets_only=options.targets,
        )
        if rates := report.rates("c", OURS.name):
            run.half_load = statistics.median(rates) / 2
        try:
            figures = SCENARIOS[letter](system, run)
        except (InvalidResult, TimeoutError, RuntimeError, OSError) as error:
            report.fail(letter, system.name, str(error))
            print(f"({letter}) round {number + 1}, {system.name}: {error}", flush=True)
            return
    report.add(letter, system.name, figures)
    shown = ", ".join(f"{name} {readable(value)}" for name, value in figures.items())
    print(f"({letter}) round {number + 1}, {system.name}: {shown}", flush=True)


if __name__ == "__main__":
    main()
