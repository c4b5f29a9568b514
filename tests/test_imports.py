"""Imports point one way.

`wsgi -> app -> senders, viewers, views -> reply, providers, delivery -> captured`, and `client ->
providers -> captured`. `reply` also imports `providers`. `serving` imports none of these.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.import_graph import arrows_of, imported, python_files

ROOT = Path(__file__).parents[1]

# The imports of each top-level module or folder within the project. A module that is not listed
# imports no other.
ARROWS = {
    "__main__": {"client"},
    "wsgi": {"app", "config", "queue_url", "serving", "supervisor"},
    "supervisor": {"config", "serving", "settings"},
    "access": {"block_list", "callbacks", "errors"},
    "app": {
        *("access", "block_list", "config", "delivery", "errors", "hosts", "metrics", "senders"),
        *("top", "serving", "settings", "viewers", "views"),
    },
    "hosts": {"callbacks", "errors", "memo"},
    "senders": {
        *("access", "callbacks", "captured", "delivery", "errors", "headers", "metrics"),
        *("providers", "rates", "reply", "top"),
    },
    "viewers": {
        *("access", "callbacks", "delivery", "errors", "histogram", "metrics", "rates", "reply"),
        *("memo", "waits"),
    },
    "views": {
        *("access", "callbacks", "delivery", "errors", "metrics", "rates", "reply"),
        *("shared_metrics", "top"),
    },
    "reply": {"captured", "errors", "headers", "memo", "providers"},
    "delivery": {"callbacks", "errors", "histogram", "queue_url", "rates", "waits"},
    "serving": {"errors", "headers", "histogram", "memo", "plain", "waits"},
    "shared_metrics": {"metrics"},
    "metrics": {"errors", "headers", "histogram"},
    "providers": {"captured", "charset", "extras", "headers", "memo"},
    "captured": {"charset", "codings", "headers"},
    "client": {
        *("callbacks", "captured", "charset", "codings", "extras", "headers", "plain"),
        "providers",
    },
    "codings": {"extras"},
    "pytest_plugin": {"client"},
    "top": {"errors"},
    "block_list": {"callbacks", "memo"},
    "config": {"queue_url", "settings"},
    "queue_url": {"settings"},
}
FILES = python_files(ROOT)


def test_imports_follow_the_arrows() -> None:
    assert {unit: used for unit, used in arrows_of(ROOT).items() if used} == ARROWS


def test_only_wsgi_and_serving_import_eventlet() -> None:
    paths = [file.relative_to(ROOT) for file in FILES]
    others = [each for each in paths if each.name != "wsgi.py" and "serving" not in each.parts]
    assert len(others) > 100
    assert [each for each in others if "eventlet" in top_names(ROOT / each)] == []


def top_names(file: Path) -> set[str]:
    """Return the first part of each name that the file imports."""
    return {name.partition(".")[0] for name in imported(file)}


@pytest.mark.parametrize(
    ("module", "others"),
    [
        ("captured", ("flask", "eventlet", "socketio", "werkzeug", "redis", "httptools")),
        ("errors", ("flask", "eventlet", "socketio", "redis", "httptools")),
        ("supervisor.start", ("flask", "eventlet", "socketio", "redis", "werkzeug")),
        ("serving.server", ("flask", "socketio", "redis")),
        ("providers.handshakes", ("cryptography", "flask", "hmac", "socketio")),
    ],
)
def test_a_module_does_not_import_the_libraries_of_others(
    module: str, others: tuple[str, ...]
) -> None:
    code = f"import sys, webhook_logger.{module}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {name.partition(".")[0] for name in run.stdout.split()} & set(others)


def test_the_server_patches_before_other_imports() -> None:
    source = (ROOT / "wsgi.py").read_text()
    before, found, _ = source.partition("eventlet.monkey_patch()")
    assert found
    # Only attributes that are looked up at each call are patched in these modules.
    assert set(ast_imports(before)) == {"gc", "os", "signal", "warnings", "eventlet"}


def ast_imports(source: str) -> list[str]:
    lines = [line for line in source.splitlines() if line.startswith("import ")]
    return [line.removeprefix("import ") for line in lines]


def test_every_error_has_a_reason_from_the_registry() -> None:
    """Werkzeug's own errors have no reason. 405 is the exception, because it needs `Allow`."""
    allowed = {"HTTPException", "MethodNotAllowed"}
    imported_errors = {file.relative_to(ROOT): werkzeug_errors(file) for file in FILES}
    assert {
        path: names - allowed for path, names in imported_errors.items() if names - allowed
    } == {}
    assert any(imported_errors.values())


def werkzeug_errors(file: Path) -> set[str]:
    """Return the errors that the file imports from Werkzeug."""
    nodes = ast.walk(ast.parse(file.read_text()))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    from_werkzeug = [node for node in imports if node.module == "werkzeug.exceptions"]
    return {alias.name for node in from_werkzeug for alias in node.names}


def test_no_two_classes_have_the_same_name() -> None:
    trees = [ast.parse(file.read_text()) for file in FILES]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    names = Counter(node.name for node in classes)
    assert [name for name, count in names.items() if count > 1] == []
