"""Scripts and style sheets: what lies in `static/`, below a folder whose name is its version."""

from __future__ import annotations

import gzip
import posixpath
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

# Bare names in the page's modules, and the files that `npm run vendor` makes of these libraries.
IMPORTS = {
    "@remix-run/multipart-parser": "vendor/multipart-parser.js",
    "diff": "vendor/diff.js",
    "jwt-decode": "vendor/jwt-decode.js",
    "lit": "vendor/lit.js",
    "lit/": "vendor/lit/",
    "prismjs/components/prism-core.js": "vendor/prismjs.js",
    "prismjs/components/prism-markup.js": "vendor/prismjs/markup.js",
    "qr": "vendor/qr.js",
    "socket.io-client": "vendor/socket.io-client.js",
}
MAIN = "js/main.js"

_TYPES = {".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
_VERSION_LENGTH = 12
_FIRST_SHEETS = ("css/tokens.css", "css/base.css")
_ERROR_SHEET = "css/error-page.css"
# Static imports, of minified files too; import() has a parenthesis.
_IMPORT = re.compile(r'\b(?:import|export)\s*(?:[\w\s{},*$]+?\bfrom\s*)?"([^"]+)"')


class Asset(NamedTuple):
    """One file: its bytes, the same in gzip where that is shorter, and what it is."""

    content: bytes
    zipped: bytes | None
    content_type: str


class Assets:
    """The files of a folder as they were at the start: what changes later is not seen.

    Only what is in `files` can be asked for, so that no path leads out of the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.files = {path: _asset(folder / path) for path in _paths_below(folder)}
        self.version = _version_of(self.files)
        self.imports = IMPORTS
        sheets = sorted(path for path in self.files if path.startswith("css/"))
        self.error_sheets = [*_FIRST_SHEETS, _ERROR_SHEET]
        self.sheets = [*_FIRST_SHEETS, *(path for path in sheets if path not in self.error_sheets)]
        self.modules = self._imported_by(MAIN)

    def _imported_by(self, path: str) -> list[str]:
        """The module and all that it imports, directly or not, each once."""
        found: list[str] = []
        waiting = [path]
        for module in waiting:
            if module in self.files and module not in found:
                found.append(module)
                waiting += _imports(module, self.files[module].content.decode())
        return found


def make_assets(folder: Path) -> Blueprint:
    """`/static/<version>/<path>`, and `assets` for the templates."""
    assets = Assets(folder)
    blueprint = Blueprint("assets", __name__)

    @blueprint.app_context_processor
    def context() -> dict[str, Assets]:
        return {"assets": assets}

    @blueprint.get(f"/static/<string(length={_VERSION_LENGTH}):version>/<path:path>")
    def file(version: str, path: str) -> Response:
        asset = assets.files.get(path)
        if asset is None:
            raise NotFound()
        return _answer(asset, forever=version == assets.version)

    return blueprint


def _answer(asset: Asset, forever: bool) -> Response:
    """Another version is that of a page of another worker, while a new release takes over."""
    content = asset.content
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if forever else "no-store",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if asset.zipped and request.accept_encodings.quality("gzip") > 0:
        content = asset.zipped
        headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, content_type=asset.content_type)


def _paths_below(folder: Path) -> Iterator[str]:
    """All files to serve: not those that are hidden, links, or of another type."""
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in path.parts)
        if file.suffix in _TYPES and not hidden and not file.is_symlink():
            yield path.as_posix()


def _asset(file: Path) -> Asset:
    content = file.read_bytes()
    zipped = gzip.compress(content, mtime=0)
    shorter = zipped if len(zipped) < len(content) else None
    return Asset(content, shorter, f"{_TYPES[file.suffix]}; charset=utf-8")


def _version_of(files: Mapping[str, Asset]) -> str:
    """The same on every worker with the same files."""
    digest = sha256()
    for path, asset in files.items():
        digest.update(f"{path}\0{len(asset.content)}\0".encode())
        digest.update(asset.content)
    return digest.hexdigest()[:_VERSION_LENGTH]


def _imports(module: str, source: str) -> Iterator[str]:
    """The paths of what a module imports."""
    for name in _IMPORT.findall(source):
        package, _, rest = name.partition("/")
        if package in (".", ".."):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(module), name))
        else:
            yield IMPORTS.get(name) or IMPORTS.get(f"{package}/", "") + rest
