"""Imports point one way: `wsgi -> app -> views, rooms -> capture, reply, delivery -> captured`."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each module, or package with all that is in it, and what of this project it may import.
ARROWS = {
    "__main__": {"client", "serve"},
    "wsgi": {"app", "config", "logs", "serving"},
    "app": {
        *(
            "admission",
            "claims",
            "complaints",
            "config",
            "delivery",
            "door",
            "errors",
            "metrics",
            "origins",
        ),
        *(
            "pages",
            "parsed",
            "prefix",
            "proxies",
            "reasons",
            "refusals",
            "rooms",
            "transport",
            "viewers",
            "views",
        ),
    },
    "views": {
        *("callbacks", "capture", "delivery", "errors", "metrics", "pages", "rates", "reasons"),
        *("refusals", "reply"),
    },
    "admission": {"endings", "metrics", "rates", "transport"},
    "door": {"errors", "origins", "reasons", "transport"},
    "viewers": {"claims", "join", "metrics", "rooms"},
    "claims": {"delivery", "join"},
    "rooms": {"delivery", "join", "metrics", "reasons", "transport"},
    "join": {"callbacks", "delivery"},
    "refusals": {"callbacks", "delivery", "metrics", "reasons"},
    "reply": {"captured", "errors", "memo", "settable"},
    "serving": {"errors", "memo", "reasons"},
    "errors": {"pages", "reasons"},
    "capture": {"captured"},
    "delivery": {"captured", "reasons"},
    "client": {"__version__", "captured", "charset", "codings", "plain", "settable"},
    "pytest_plugin": {"client"},
    "callbacks": set(),
    "captured": {"charset", "codings"},
    "charset": set(),
    "codings": set(),
    "complaints": set(),
    "endings": set(),
    "config": {"values"},
    "logs": {"plain", "settable"},
    "memo": set(),
    "metrics": {"endings", "reasons"},
    "origins": set(),
    "pages": set(),
    "parsed": set(),
    "plain": set(),
    "prefix": set(),
    "proxies": set(),
    "rates": set(),
    "reasons": set(),
    "serve": set(),
    "settable": set(),
    "transport": {"endings", "errors", "reasons"},
    "values": set(),
}
FILES = sorted([*(ROOT / "webhook_logger").rglob("*.py"), ROOT / "wsgi.py", ROOT / "config.py"])


def unit_of(dotted: str) -> str | None:
    """The unit of a dotted module name; None for what is not this project's."""
    top, _, rest = dotted.partition(".")
    if top in ("wsgi", "config"):
        return top
    return rest.partition(".")[0] or "webhook_logger" if top == "webhook_logger" else None


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            module = node.module or ""
            # "from webhook_logger import errors" imports a module, not a name of it.
            whole = module == "webhook_logger"
            names |= {f"{module}.{alias.name}" for alias in node.names} if whole else {module}
    return names


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_follow_the_arrows(file: Path) -> None:
    dotted = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    unit = unit_of(dotted)
    used = {unit_of(name) for name in imported(file)} - {None, unit}
    assert used <= ARROWS.get(unit or "", set())


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_eventlet_is_named_only_where_serving_needs_it(file: Path) -> None:
    place = file.relative_to(ROOT)
    if place.name != "wsgi.py" and "serving" not in place.parts:
        assert not any(name.split(".")[0] == "eventlet" for name in imported(file))


def test_a_captured_request_needs_the_standard_library_alone() -> None:
    code = "import sys, webhook_logger.captured; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert not loaded & {"flask", "eventlet", "socketio", "werkzeug", "redis", "httptools"}


def test_the_server_patches_before_it_imports_anything_that_could_be_patched() -> None:
    source = (ROOT / "wsgi.py").read_text()
    before, found, _ = source.partition("eventlet.monkey_patch()")
    assert found
    assert set(ast_imports(before)) == {"warnings", "eventlet"}


def ast_imports(source: str) -> list[str]:
    lines = [line for line in source.splitlines() if line.startswith("import ")]
    return [line.removeprefix("import ") for line in lines]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_refusal_takes_its_reason_from_the_registry(file: Path) -> None:
    """werkzeug's own errors name none; 405 is the exception, because it carries `Allow`."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "werkzeug.exceptions":
            assert {alias.name for alias in node.names} <= {"HTTPException", "MethodNotAllowed"}
