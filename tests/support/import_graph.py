"""Build the import graph of the project's Python modules, with their sizes.

A unit is a top-level module of the package, or a top-level folder with everything in it. `python -m
tests.support.import_graph [ROOT]` prints the graph.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "webhook_logger"
AT_TOP = ("wsgi", "config")
"""Modules next to the package."""

Arrows = dict[str, set[str]]
"""For each unit, the units that it imports."""


def python_files(root: Path) -> list[Path]:
    """List the project's modules, without its tests and tools."""
    return sorted(
        [*(root / PACKAGE).rglob("*.py"), *(root / f"{name}.py" for name in AT_TOP)],
        key=lambda file: file.relative_to(root).parts,
    )


def unit_of(dotted: str) -> str | None:
    """Return the unit of a dotted module name; None for a module of another project."""
    top, _, rest = dotted.partition(".")
    if top in AT_TOP:
        return top
    return (rest.partition(".")[0] or PACKAGE) if top == PACKAGE else None


def unit_of_file(root: Path, file: Path) -> str:
    """Return the unit that a file belongs to."""
    dotted = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    return unit_of(dotted) or ""


def imported(file: Path) -> set[str]:
    """Return the dotted names of the modules that a file imports anywhere in it."""
    return set(_imported(ast.parse(file.read_text())))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            # "from webhook_logger import errors" imports a module, not a name of it.
            if node.module == PACKAGE:
                yield from (_member(alias.name) for alias in node.names)
            else:
                yield node.module or ""


def _member(name: str) -> str:
    """Return the module that a name of the package refers to; for `__version__`, the package."""
    return PACKAGE if name.startswith("__") else f"{PACKAGE}.{name}"


def arrows_of(root: Path) -> Arrows:
    """Return the import graph of the units."""
    arrows: Arrows = {}
    for file in python_files(root):
        unit = unit_of_file(root, file)
        used = {unit_of(name) for name in imported(file)} - {None, unit, PACKAGE}
        arrows.setdefault(unit, set()).update(name for name in used if name)
    arrows.pop(PACKAGE, None)
    return arrows


def lines_of(root: Path) -> dict[str, tuple[int, int]]:
    """Count the modules and lines of each folder, including `__init__` files without code."""
    modules: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for file in python_files(root):
        folder = str(file.parent.relative_to(root))
        modules[folder] += 1
        lines[folder] += len(file.read_text().splitlines())
    return {folder: (modules[folder], lines[folder]) for folder in modules}


def describe(root: Path) -> Iterator[str]:
    """Describe the graph line by line."""
    arrows = arrows_of(root)
    leaves = {unit for unit, used in arrows.items() if not used}
    for unit, used in sorted(arrows.items()):
        inner, outer = sorted(used - leaves), sorted(used & leaves)
        if used:
            yield f"{unit} -> {' '.join(inner)}{' | ' if outer else ''}{' '.join(outer)}"
    yield f"leaves, which import no other unit: {' '.join(sorted(leaves))}"
    count = sum(len(used - leaves) for used in arrows.values())
    to_leaves = sum(len(used & leaves) for used in arrows.values())
    yield f"{len(arrows)} units, {count} arrows between them, {to_leaves} more to leaves"
    yield ""
    for folder, (modules, lines) in lines_of(root).items():
        yield f"{folder:40} {modules:3} modules {lines:6} lines"


if __name__ == "__main__":
    print(*describe(Path(*sys.argv[1:]) if sys.argv[1:] else Path.cwd()), sep="\n")
