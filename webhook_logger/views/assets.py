"""Serve the scripts and style sheets of `static/` at `/static/<version>/<path>`.

Files for pages of other origins have a permanent URL: `/static/<name>`.
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
"""The bundle of `js/main.js` and its imports, made by `npm run vendor`."""
SHEET = "vendor/page.css"
"""The style sheets of the page, in one file that is made in the same way."""

EMBED = "vendor/embed/"
"""Bundles for pages of other origins. Each file includes its imports."""
TYPES = "types/"
"""TypeScript declarations of these bundles."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".map": "application/json",
    ".ts": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
_VERSION_LENGTH = 12
_COMMON_SHEETS = ("css/tokens.css", "css/base.css")
# Static imports, also in minified files. A dynamic import() has a parenthesis.
_IMPORT = re.compile(r'\b(?:import|export)\s*(?:[\w\s{},*$]+?\bfrom\s*)?"([^"]+)"')


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, type and entity tag."""

    content: bytes
    content_type: str
    tag: str

    @cached_property
    def zipped(self) -> bytes | None:
        """The bytes in gzip, or None if that is not shorter.

        Compressed on first use: compressing all files would more than double the start-up time.
        """
        zipped = gzip.compress(self.content, mtime=0)
        return zipped if len(zipped) < len(self.content) else None


class Assets:
    """The files of a folder, read once at the start.

    Requests can only access `files`, so that no path leads out of the folder.
    """

    main = MAIN
    sheet = SHEET
    error_sheets = (*_COMMON_SHEETS, "css/error-page.css")
    docs_sheets = (*_COMMON_SHEETS, "css/docs-page.css")

    def __init__(self, folder: Path) -> None:
        self.files = {path: _read(folder / path) for path in _served_paths(folder)}
        self.version = _version_of(self.files)
        self.modules = list(self._imported_by(MAIN))

    def _imported_by(self, path: str) -> Iterable[str]:
        """Return the module and its direct and indirect static imports, each once."""
        found: dict[str, None] = {}
        waiting = [path]
        for module in waiting:
            if module in self.files and module not in found:
                found[module] = None
                waiting += _imports(module, self.files[module].content.decode())
        return found


def make_assets(folder: Path) -> Blueprint:
    """Make `/static/<version>/<path>` and `/static/<name>`, and `assets` for the templates."""
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
    """Return a response that is cached only for the current version.

    During a release, pages from workers of another version request that version.
    """
    response = _content(asset)
    caching = "public, max-age=31536000, immutable" if forever else "no-store"
    response.headers["Cache-Control"] = caching
    return response


def _serve_any_page(asset: Asset) -> Response:
    """Return a response for pages of any origin, which caches revalidate.

    A page loads modules of other origins with CORS. An isolated page
    (Cross-Origin-Embedder-Policy) also needs Cross-Origin-Resource-Policy.
    """
    response = _content(asset)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(asset.tag, weak=True)  # weak: the same for both encodings
    response.make_conditional(request)
    return response


def _content(asset: Asset) -> Response:
    """Return the content, in gzip if the client accepts it."""
    content = asset.content
    headers = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if request.accept_encodings.quality("gzip") > 0 and asset.zipped:
        content = asset.zipped
        headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, content_type=asset.content_type)


def _served_paths(folder: Path) -> Iterator[str]:
    """Yield the paths of all files to serve. Skip hidden files, symbolic links and other types."""
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in path.parts)
        if file.suffix in _TYPES and not hidden and not file.is_symlink():
            yield path.as_posix()


def _read(file: Path) -> Asset:
    content = file.read_bytes()
    tag = sha256(content).hexdigest()[:_VERSION_LENGTH]
    return Asset(content, _TYPES[file.suffix], tag)


def _version_of(files: Mapping[str, Asset]) -> str:
    """Return a version that is the same on every worker with the same files."""
    digest = sha256()
    for path, asset in files.items():
        digest.update(f"{path}\0{len(asset.content)}\0".encode())
        digest.update(asset.content)
    return digest.hexdigest()[:_VERSION_LENGTH]


def _imports(module: str, source: str) -> Iterator[str]:
    """Yield the paths that a bundled module imports. Bundles contain no bare specifiers."""
    for name in _IMPORT.findall(source):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(module), name))
