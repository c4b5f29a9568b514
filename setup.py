"""What pyproject.toml cannot say: the server's own files go into the wheel, too.

The layout keeps `wsgi.py`, `config.py`, `templates/`, `static/` and `docs/` at the top; installed
as modules of those names they would stand in everybody's way. In the wheel they lie together below
the package, in `webhook_logger/_server/`, and `webhook-logger serve` runs them from there.
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
    """build_py, and then the server's files."""

    def run(self) -> None:
        super().run()
        self._bundle()
        target = Path(self.build_lib, "webhook_logger", "_server")
        for name in SERVER:
            _copy(ROOT / name, target / name)

    def _bundle(self) -> None:
        """Bundle the page's scripts where that was not done before, if it can be.

        A wheel without them is good for the client; `serve` says what is missing.
        """
        if (ROOT / "static/vendor/page.js").exists() or not shutil.which("npm"):
            return
        try:
            subprocess.run([ROOT / "deploy/setup", "vendor"], cwd=ROOT, check=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            self.warn(f"The page's scripts are not in this wheel: {error}")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        hidden = shutil.ignore_patterns(".*")
        shutil.copytree(source, target, ignore=hidden)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


setup(cmdclass={"build_py": BuildWithServer})
