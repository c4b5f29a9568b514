"""The private attributes of a library are used in one module only, its door."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.import_graph import imported, python_files

ROOT = Path(__file__).parents[1]

DOORS = {
    "webhook_logger/serving/eventlet.py": {"eventlet"},
    "webhook_logger/viewers/transport/engineio.py": {"engineio"},
    "webhook_logger/delivery/socketio.py": {"socketio"},
    "webhook_logger/delivery/redis/redis_py.py": {"redis", "hiredis"},
    # The client has its own doors, because it never imports the server.
    "webhook_logger/client/stream/socketio.py": {"socketio", "engineio"},
    "webhook_logger/client/stream/websocket.py": {"websocket"},
}
"""Each door and its libraries. No module uses private attributes of Flask and Werkzeug."""

PUBLIC = {"_exit", "_replace", "_value_"}
"""Documented names of the standard library that start with an underscore."""
SET_BY_PYTHON = {"_abc_impl", "_is_protocol", "_is_runtime_protocol"}
"""Names that Python itself adds to a class."""
SET_BY_TEXTUAL = {
    *("_computes", "_css_type_name", "_css_type_names", "_decorated_handlers"),
    *("_inherit_bindings", "_inherit_component_classes", "_inherit_css", "_merged_bindings"),
    "_reactives",
}
"""Names that Textual adds to each class of a widget, a screen or an app."""

FILES = {str(file.relative_to(ROOT)): file for file in python_files(ROOT)}
NOT_IMPORTED = {"wsgi.py", "webhook_logger/__main__.py"}
"""Programs, which have no classes."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def is_library(module: str) -> bool:
    top = module.partition(".")[0]
    return top not in sys.stdlib_module_names and top not in ("webhook_logger", "config")


def private_uses(tree: ast.AST) -> Iterator[str]:
    """Yield each use of a private attribute of another object or module."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            is_own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls", *own}
            if not is_own:
                yield f"line {node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "setattr"):
            name = node.args[1]
            if isinstance(name, ast.Constant) and is_private(str(name.value)):
                yield f"line {node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.ImportFrom) and is_library(node.module or ""):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from (f"line {node.lineno}: {name}" for name in names if is_private(name))


def test_no_other_module_uses_private_attributes_of_a_library() -> None:
    others = FILES.keys() - DOORS.keys()
    uses = {path: list(private_uses(ast.parse(FILES[path].read_text()))) for path in others}
    assert {path: found for path, found in uses.items() if found} == {}


def classes_of(path: str) -> Iterator[type[Any]]:
    """Yield the classes of a module that inherit from a library's class."""
    module = importlib.import_module(".".join(Path(path).with_suffix("").parts))
    for value in vars(module).values():
        if inspect.isclass(value) and value.__module__ == module.__name__ and bases_of(value):
            yield value


def bases_of(cls: type[Any]) -> list[type[Any]]:
    return [base for base in cls.__mro__ if is_library(base.__module__)]


def overridden(cls: type[Any]) -> Iterator[str]:
    """Yield the private methods and attributes of a library that a class overrides."""
    for name in vars(cls):
        if (
            is_private(name)
            and name not in SET_BY_PYTHON | SET_BY_TEXTUAL
            and any(name in vars(base) for base in bases_of(cls))
        ):
            yield f"{cls.__name__}.{name}"


def inherited(cls: type[Any]) -> Iterator[str]:
    """Return the private names that a class uses but only a library defines."""
    used, defined = set(), set()
    for own in cls.__mro__:
        if own.__module__.startswith("webhook_logger"):
            defined |= vars(own).keys()
            for node in ast.walk(definition_of(own)):
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
                    is_read = isinstance(node.ctx, ast.Load)
                    (used if is_read else defined).add(node.attr)
    return (f"{cls.__name__}.{name}" for name in used - defined if is_private(name))


def definition_of(cls: type[Any]) -> ast.ClassDef:
    """Return the definition of a class, also if its module is compiled."""
    file = Path(str(sys.modules[cls.__module__].__file__))
    source = file.with_name(file.name.partition(".")[0] + ".py").read_text()
    classes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef))
    return next(node for node in classes if node.name == cls.__name__)


def test_no_class_in_another_module_uses_private_names_of_a_library() -> None:
    classes = [
        cls for path in FILES.keys() - DOORS.keys() - NOT_IMPORTED for cls in classes_of(path)
    ]
    assert classes
    assert [use for cls in classes for use in (*overridden(cls), *inherited(cls))] == []


def test_a_door_imports_only_its_libraries() -> None:
    for path, libraries in DOORS.items():
        tops = {name.partition(".")[0] for name in imported(FILES[path]) if is_library(name)}
        assert tops == libraries, path


def test_all_forms_of_private_use_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
import engineio
from engineio import _private
from engineio._inner import name

class Mine(engineio.Client):
    def __init__(self):
        self._own = self._reset
    def _receive_packet(self, pkt):
        super()._receive_packet(pkt)
        getattr(pkt, "_secret")
        return self._own, pkt._inside
"""
    assert [use.partition(": ")[2] for use in sorted(private_uses(ast.parse(source)))] == [
        "super()._receive_packet",
        "getattr(pkt, '_secret')",
        "pkt._inside",
        "_private",
        "_inner",
    ]
    lines = source.replace("import _private", "import Client").replace("_inner ", "client ")
    (tmp_path / "prober.py").write_text(lines.replace("import name", "import Client"))
    monkeypatch.syspath_prepend(tmp_path)
    module: ModuleType = importlib.import_module("prober")
    monkeypatch.setattr(module.Mine, "__module__", "webhook_logger.prober")
    monkeypatch.setitem(sys.modules, "webhook_logger.prober", module)
    assert list(overridden(module.Mine)) == ["Mine._receive_packet"]
    assert list(inherited(module.Mine)) == ["Mine._reset"]
