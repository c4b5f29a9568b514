"""Add the server's files to the wheel, compile modules if asked to, and make the description of the
package. pyproject.toml can't do so.

The repository keeps `wsgi.py`, `config.py`, `templates/`, `static/` and `docs/` at the top level.
Installed there, they would conflict with other packages. The wheel has them in
`webhook_logger/_server/`, where `webhook-logger serve` runs them.

With WEBHOOK_LOGGER_COMPILE=1, mypyc compiles the modules of deploy/compiled.txt, and the wheel is
one for this platform.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
REPOSITORY = "https://github.com/webhook-logger/webhook-logger"
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


def compiled_modules() -> list[Any]:
    """Return the extension modules that mypyc makes, none by default."""
    if os.environ.get("WEBHOOK_LOGGER_COMPILE") != "1":
        return []
    from mypyc.build import mypycify  # noqa: PLC0415  # installed for this build only

    lines = (ROOT / "deploy/compiled.txt").read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    # Not strict: the libraries are missing in an isolated build, so their classes have no types.
    options = ("--config-file=", "--follow-imports=silent", "--ignore-missing-imports")
    files = [str(file) for name in names for file in Path("webhook_logger").glob(f"{name}.py")]
    # No symbols for debuggers: they would make the wheel five times as large.
    return mypycify(
        [*options, *files], debug_level="0", multi_file=True, group_name="webhook_logger"
    )


def description() -> str:
    """Return README.md with links that work outside of the repository, to the files of this tag."""
    source = (ROOT / "webhook_logger/__init__.py").read_text(encoding="utf-8")
    [version] = re.findall('__version__ = "(.+)"', source)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for link, folder in ((r'!\[[^]]*\]\(|src(?:set)?="', "raw"), (r"\]\(", "blob")):
        text = re.sub(rf"({link})(?!\w+:|#)", rf"\1{REPOSITORY}/{folder}/v{version}/", text)
    return text


setup(
    cmdclass={"build_py": BuildWithServer},
    ext_modules=compiled_modules(),
    long_description=description(),
    long_description_content_type="text/markdown",
)
