"""The npm package as `make release` builds it, in a fresh project. DIST: see test_wheel.py."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.support.processes import ROOT
from webhook_logger import __version__

DIST = os.environ.get("DIST")
VERSION = __version__ if DIST else "1.2.3"
NPM_OPTIONS = ("--offline", "--ignore-scripts", "--no-audit", "--no-fund")


def run(*command: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command, and return its result."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def output(*command: object, cwd: Path = ROOT, **environment: str) -> str:
    """Run a command that must succeed, and return its output."""
    done = run(*command, cwd=cwd, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tool(package: str, name: str) -> Path:
    """Return the program of a package in the repository, which `node` runs."""
    return ROOT / "node_modules" / package / "bin" / name


def pack(folder: Path) -> Path:
    """Build the package, and return its tarball."""
    output("node", "deploy/npm/build.js", folder / "npm", VERSION)
    output("npm", "pack", folder / "npm", "--pack-destination", folder, "--silent")
    return folder / f"webhook-logger-{VERSION}.tgz"


def packed(folder: Path) -> Path:
    """Return the tarball of the release, or else a new one in this folder."""
    return Path(DIST, f"webhook-logger-{VERSION}.tgz") if DIST else pack(folder)


def new_project(folder: Path, tarball: Path, files: Path) -> Path:
    """Create a project with these files, and install the tarball there.

    Its dependencies are those of the repository, so that npm needs no network.
    """
    shutil.copytree(files, folder)
    template: dict[str, Any] = json.loads((ROOT / "deploy/npm/package.json").read_text())
    overrides = {name: f"file:{ROOT}/node_modules/{name}" for name in template["dependencies"]}
    project = {"private": True, "type": "module", "overrides": overrides}
    (folder / "package.json").write_text(json.dumps(project))
    output("npm", "install", *NPM_OPTIONS, tarball, cwd=folder)
    return folder
