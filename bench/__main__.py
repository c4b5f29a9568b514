"""Run each scenario with each system in several rounds, and print medians and ratios."""

from __future__ import annotations

import argparse
import sys

from bench.report import Report
from bench.scenarios import SCENARIOS, InvalidResult, Run, applies
from bench.systems import BUILT_IN, LOAD_CORE, Redis, System, from_file
from bench.viewers import pin_to_core


def parse_arguments() -> argparse.Namespace:
    """Parse the command line. Without arguments, everything runs."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--scenarios", default="".join(SCENARIOS), help="letters of the scenarios, such as abe"
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds per scenario")
    parser.add_argument(
        "--once", default="hj", help="letters of the scenarios that run only one round"
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="seconds per measurement")
    parser.add_argument("--viewers", type=int, default=10_000, help="maximum viewers at a time")
    parser.add_argument(
        "--rate",
        type=float,
        default=0.0,
        help="requests/s in e, h and j; default: half of the plain recipe's rate in b",
    )
    parser.add_argument("--soak", type=float, default=600.0, help="seconds that j runs")
    parser.add_argument(
        "--systems", nargs="*", default=[], help="names of the systems; default: all"
    )
    parser.add_argument("--more", help="a JSON file with more systems; see bench/systems.py")
    parser.add_argument("--out", help="a folder for the table, the JSON and the plots")
    return parser.parse_args()


def select_systems(wanted: list[str], more: str | None) -> list[System]:
    """Return the systems with these names, or all systems if there are no names."""
    known = [*BUILT_IN, *(from_file(more) if more else [])]
    unknown = set(wanted) - {system.name for system in known}
    if unknown:
        names = ", ".join(system.name for system in known)
        sys.exit(f"Unknown systems: {', '.join(sorted(unknown))}. Choose from: {names}.")
    return [system for system in known if not wanted or system.name in wanted]


def main() -> None:
    """Run the scenarios and print each result as it arrives."""
    options = parse_arguments()
    pin_to_core(LOAD_CORE)
    report = Report(options.rounds)
    for letter in options.scenarios:
        rounds = 1 if letter in options.once else options.rounds
        for number in range(rounds):
            for system in select_systems(options.systems, options.more):
                if applies(system, letter):
                    with Redis() as redis:
                        rate = options.rate or report.half_of_plain()
                        run = Run(redis, options.seconds, options.viewers, rate, options.soak)
                        measure(report, letter, system, run, number)
        if options.out:
            report.write(options.out)  # a run that is interrupted keeps its results so far
    print(report.table())


def measure(report: Report, letter: str, system: System, run: Run, number: int) -> None:
    """Run one round of a scenario with a system, and report its figures or the failure."""
    try:
        figures = SCENARIOS[letter](system, run)
    except (InvalidResult, TimeoutError, RuntimeError, OSError) as error:
        report.fail(letter, system.name, str(error))
        print(f"({letter}) round {number + 1}, {system.name}: {error}", flush=True)
        return
    report.add(letter, system.name, figures)
    shown = ", ".join(f"{name} {value:,.4g}" for name, value in figures.items())
    print(f"({letter}) round {number + 1}, {system.name}: {shown}", flush=True)


if __name__ == "__main__":
    main()
