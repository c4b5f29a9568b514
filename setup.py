"""Add the server's files to the wheel, which pyproject.toml cannot do.

The repository keeps `wsgi.py`, `config.py`, `templates/`, `static/` and `docs/` at the top level.
Installed there, they would conflict with other packages. The wheel has them in
`webhook_logger/_server/`, where `webhook-logger serve` runs them.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
DOCUMENTS = ("protocol.md", "errors.md", "openapi.yaml", "asyncapi.yaml")
SERVER = ("wsgi.py", "config.py", "templates", "static", *(f"docs/{name}" for name in DOCUMENTS))


class BuildWithServer(build_py):
    """Run build_py, then copy the server's files."""

    def run(self) -> None:
        super().run()
        self._bundle()
        target = Path(self.build_lib, "webhook_logger", "_server")
        for name in SERVER:
            _copy(ROOT / name, target / name)

    def _bundle(self) -> None:
        """Bundle the page's scripts if they are missing and npm is installed.

        A wheel without them works as a client; `serve` reports the missing files.
        """
        if (ROOT / "static/vendor/page.js").exists() or not shutil.which("npm"):
            return
        try:
            subprocess.run([ROOT / "deploy/setup", "vendor"], cwd=ROOT, check=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            self.warn(f"Cannot add the page's scripts to this wheel: {error}")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        hidden = shutil.ignore_patterns(".*")
        shutil.copytree(source, target, ignore=hidden)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


setup(cmdclass={"build_py": BuildWithServer})
