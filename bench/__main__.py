"""`python -m bench`: the scenarios, the systems in turn, several rounds; medians and ratios."""

from __future__ import annotations

import argparse
import sys

from bench.report import Report
from bench.scenarios import SCENARIOS, Insane, Run, fits
from bench.systems import BUILT_IN, LOAD_CORE, Redis, System, from_file
from bench.viewers import pin


def arguments() -> argparse.Namespace:
    """What to run; without arguments all of it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scenarios", default="".join(SCENARIOS), help="letters, such as abe")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--once", default="hj", help="letters that get one round, being long")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--viewers", type=int, default=10_000, help="the most at once")
    parser.add_argument(
        "--rate",
        type=float,
        default=0.0,
        help="requests/s of e, h and j; without it half of what the plain recipe delivers in b",
    )
    parser.add_argument("--soak", type=float, default=600.0, help="seconds of j")
    parser.add_argument("--systems", nargs="*", default=[], help="names; without any all of them")
    parser.add_argument("--more", help="a JSON file of further systems; see bench/systems.py")
    parser.add_argument("--out", help="a folder for table, JSON and plots")
    return parser.parse_args()


def chosen(wanted: list[str], more: str | None) -> list[System]:
    """The systems of those names."""
    known = [*BUILT_IN, *(from_file(more) if more else [])]
    unknown = set(wanted) - {system.name for system in known}
    if unknown:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. Known: {[s.name for s in known]}")
    return [system for system in known if not wanted or system.name in wanted]


def main() -> None:
    """Run, and tell as it goes."""
    options = arguments()
    pin(LOAD_CORE)
    report = Report(options.rounds)
    for letter in options.scenarios:
        rounds = 1 if letter in options.once else options.rounds
        for number in range(rounds):
            for system in chosen(options.systems, options.more):
                if fits(system, letter):
                    with Redis() as redis:
                        rate = options.rate or report.half_of_plain()
                        run = Run(redis, options.seconds, options.viewers, rate, options.soak)
                        measure(report, letter, system, run, number)
        if options.out:
            report.write(options.out)  # after each, so that a long run leaves what it has
    print(report.table())


def measure(report: Report, letter: str, system: System, run: Run, number: int) -> None:
    """One scenario, one system, one round."""
    try:
        figures = SCENARIOS[letter](system, run)
    except (Insane, TimeoutError, RuntimeError, OSError) as error:
        report.fail(letter, system.name, str(error))
        print(f"({letter}) round {number + 1}, {system.name}: {error}", flush=True)
        return
    report.add(letter, system.name, figures)
    shown = ", ".join(f"{name} {value:,.4g}" for name, value in figures.items())
    print(f"({letter}) round {number + 1}, {system.name}: {shown}", flush=True)


if __name__ == "__main__":
    main()
