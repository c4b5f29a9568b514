"""Temporary virtual environments with other packages than those of the tests.

They need the package index. uv installs the packages: it takes a tenth of the time of pip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import uv


def run(*command: object, cwd: str | Path = "/", stdin: str = "", **env: str) -> str:
    """Run a command outside of the repository, and return its output."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=inherited | env,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def uv_run(*arguments: object, stdin: str = "") -> str:
    """Run uv without the progress that it prints, and return its output."""
    return run(uv.find_uv_bin(), "--quiet", *arguments, stdin=stdin)


def other_python(version: str) -> Path | None:
    """Return an interpreter of this version, from pyenv or the PATH, or None."""
    folder = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = shutil.which(f"python{version}")
    candidates = [*sorted(folder.glob(f"versions/{version}.*/bin/python3"), reverse=True)]
    for candidate in (*candidates, *([Path(found)] if found else [])):
        # pyenv's own command of this name may not start.
        done = subprocess.run([candidate, "--version"], capture_output=True, check=False)
        if done.returncode == 0:
            return candidate
    return None


def create(folder: Path, python: str | Path = sys.executable) -> Path:
    """Create an empty environment for this interpreter, and return its Python."""
    uv_run("venv", "--python", python, folder)
    return folder / "bin/python"


def install(python: Path, *arguments: object) -> None:
    """Install packages into the environment. The arguments are those of `uv pip install`."""
    uv_run("pip", "install", "--python", python, "--only-binary", ":all:", *arguments)
