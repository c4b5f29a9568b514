"""Scripts and style sheets: what lies in `static/`, below a folder whose name is its version.

What other pages load has an address that stays the same: `/static/<name>`.
"""

from __future__ import annotations

import gzip
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, request

from webhook_logger.errors import Reason, Refusal

MAIN = "vendor/page.js"
"""What `npm run vendor` makes of `js/main.js` and all that it imports."""
SHEET = "page.css"
"""All style sheets of the page, one behind the other."""

EMBED = "vendor/embed/"
"""What is made for pages of other origins, each file with all that it needs."""
TYPES = "types/"
"""The types of it, which TypeScript reads."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".map": "application/json",
    ".ts": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
_VERSION_LENGTH = 12
_FIRST_SHEETS = ("css/tokens.css", "css/base.css")
_ERROR_SHEET = "css/error-page.css"
_DOCS_SHEET = "css/docs-page.css"
# Static imports, of minified files too; import() has a parenthesis.
_IMPORT = re.compile(r'\b(?:import|export)\s*(?:[\w\s{},*$]+?\bfrom\s*)?"([^"]+)"')


@dataclass(frozen=True)
class Asset:
    """One file: its bytes and what it is."""

    content: bytes
    content_type: str
    tag: str

    @cached_property
    def zipped(self) -> bytes | None:
        """The bytes in gzip, or None where that is not shorter.

        Compressed when they are first asked for: all files take longer than the rest of a start.
        """
        zipped = gzip.compress(self.content, mtime=0)
        return zipped if len(zipped) < len(self.content) else None


class Assets:
    """The files of a folder as they were at the start: what changes later is not seen.

    Only what is in `files` can be asked for, so that no path leads out of the folder.
    """

    main = MAIN
    sheet = SHEET
    error_sheets = (*_FIRST_SHEETS, _ERROR_SHEET)
    docs_sheets = (*_FIRST_SHEETS, _DOCS_SHEET)

    def __init__(self, folder: Path) -> None:
        self.files = {path: _read(folder / path) for path in _paths_below(folder)}
        self.files[SHEET] = _asset(b"".join(self._sheets()), ".css")
        self.version = _version_of(self.files)
        self.modules = list(self._imported_by(MAIN))

    def _sheets(self) -> Iterator[bytes]:
        sheets = sorted(path for path in self.files if path.startswith("css/"))
        others = [path for path in sheets if path not in (*self.error_sheets, _DOCS_SHEET)]
        for path in (*_FIRST_SHEETS, *others):
            yield self.files[path].content

    def _imported_by(self, path: str) -> Iterable[str]:
        """The module and all that it imports at its start, directly or not, each once."""
        found: dict[str, None] = {}
        waiting = [path]
        for module in waiting:
            if module in self.files and module not in found:
                found[module] = None
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
            raise Refusal(Reason.NOT_FOUND)
        return _response(asset, forever=version == assets.version)

    @blueprint.get("/static/<name>")
    def embedded(name: str) -> Response:
        asset = assets.files.get(EMBED + name) or assets.files.get(TYPES + name)
        if asset is None:
            raise Refusal(Reason.NOT_FOUND)
        return _serve_any_page(asset)

    return blueprint


def _response(asset: Asset, forever: bool) -> Response:
    """Another version is that of a page of another worker, while a new release takes over."""
    response = _content(asset)
    caching = "public, max-age=31536000, immutable" if forever else "no-store"
    response.headers["Cache-Control"] = caching
    return response


def _serve_any_page(asset: Asset) -> Response:
    """For pages of every origin, and of this version for as long as it is the newest.

    A module of another origin is loaded with CORS; a page that isolates itself
    (Cross-Origin-Embedder-Policy) loads nothing that does not say that it may be.
    """
    response = _content(asset)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(asset.tag, weak=True)  # of both encodings
    response.make_conditional(request)
    return response


def _content(asset: Asset) -> Response:
    """In gzip where that is asked for."""
    content = asset.content
    headers = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if request.accept_encodings.quality("gzip") > 0 and asset.zipped:
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


def _read(file: Path) -> Asset:
    return _asset(file.read_bytes(), file.suffix)


def _asset(content: bytes, suffix: str) -> Asset:
    tag = sha256(content).hexdigest()[:_VERSION_LENGTH]
    return Asset(content, _TYPES[suffix], tag)


def _version_of(files: Mapping[str, Asset]) -> str:
    """The same on every worker with the same files."""
    digest = sha256()
    for path, asset in files.items():
        digest.update(f"{path}\0{len(asset.content)}\0".encode())
        digest.update(asset.content)
    return digest.hexdigest()[:_VERSION_LENGTH]


def _imports(module: str, source: str) -> Iterator[str]:
    """The paths of what a bundled module imports: nothing there goes by a bare name."""
    for name in _IMPORT.findall(source):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(module), name))
