"""The patches in docs/upstream.md apply to the installed versions and fix the faults."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from config import ROOT

_, *SECTIONS = (ROOT / "docs" / "upstream.md").read_text().split("\n## ")
TITLES = [section.partition("\n")[0] for section in SECTIONS]
PACKAGES = {"python-socketio": "socketio", "Werkzeug": "werkzeug"}


def block(section: str, language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    return str(found)


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a reproduction that imports the libraries in `folder` instead of the installed ones."""
    environ = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("section", SECTIONS, ids=TITLES)
def test_a_patch_applies_to_the_installed_version_and_fixes_it(
    section: str, tmp_path: Path
) -> None:
    library, released = section.partition(":")[0].split()
    assert version(library) == released, "check whether the new version still needs the patch"
    package = PACKAGES[library]
    installed = Path(str(importlib.import_module(package).__file__)).parent
    patched = tmp_path / package
    shutil.copytree(installed, patched, ignore=shutil.ignore_patterns("__pycache__"))
    code = block(section, "python")
    if "assert" in code:  # the other reproductions take minutes
        assert "AssertionError" in run(code, tmp_path).stderr, "the library has fixed the fault"
    patch = ["git", "apply", "-p2", "--unsafe-paths", f"--directory={tmp_path}", "-"]
    subprocess.run(patch, cwd=tmp_path, input=block(section, "diff"), text=True, check=True)
    fixed = run(code, tmp_path)
    assert fixed.returncode == 0, fixed.stderr
