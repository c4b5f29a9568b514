"""Serve the contract: a page at `/docs`, and the source of each document."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from flask import Blueprint, Response, request
from markdown_it import MarkdownIt
from markdown_it.token import Token

from webhook_logger.views.pages import page

PROTOCOL = "protocol.md"
DOCUMENTS = {
    PROTOCOL: "text/markdown; charset=utf-8",
    "errors.md": "text/markdown; charset=utf-8",
    "openapi.yaml": "application/yaml",
    "asyncapi.yaml": "application/yaml",
}
"""The documents under `/docs`, and their content types."""

# CommonMark and tables. HTML is escaped.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
# The marks around a generated table. They are a line each.
_COMMENT = re.compile(r"^<!-- .* -->\n", re.MULTILINE)
_PUNCTUATION = re.compile(r"[^\w -]")


class Heading(NamedTuple):
    """A heading of the page that links can lead to."""

    tag: str
    """`h1`, `h2` or `h3`."""
    text: str
    anchor: str


class Contract:
    """The documents, read once at the start. protocol.md is rendered to HTML on first use."""

    def __init__(self, folder: Path, path: str) -> None:
        """Read the documents of a folder. `path` is the path of the page."""
        self.documents = {name: (folder / name).read_bytes() for name in DOCUMENTS}
        self._path = path

    @cached_property
    def html(self) -> str:
        """The content of the page."""
        return str(_MARKDOWN.renderer.render(self._tokens, _MARKDOWN.options, {}))

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings for the table of contents."""
        return [heading for heading, _ in _headings(self._tokens) if heading.tag != "h1"]

    @cached_property
    def _tokens(self) -> list[Token]:
        tokens = _MARKDOWN.parse(_COMMENT.sub("", self.documents[PROTOCOL].decode()))
        for heading, token in _headings(tokens):
            token.attrSet("id", heading.anchor)
        for token in _links(tokens):
            if token.attrs["href"] in DOCUMENTS:
                token.attrSet("href", f"{self._path}/{token.attrs['href']}")
        return tokens


def _headings(tokens: list[Token]) -> Iterator[tuple[Heading, Token]]:
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            yield Heading(token.tag, inline.content, _anchor(inline.content)), token


def _anchor(text: str) -> str:
    """Return the same anchor as GitHub, so that links work there and here."""
    return _PUNCTUATION.sub("", text.lower()).replace(" ", "-")


def _links(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from (child for child in token.children or () if child.type == "link_open")


def make_docs(folder: Path, prefix: str) -> Blueprint:
    """Make `/docs` and the paths under it. `prefix` is the path prefix of the application."""
    docs = Blueprint("docs", __name__)
    contract = Contract(folder, f"{prefix}/docs")

    docs.after_request(_zipped)

    @docs.get("/docs")
    def show() -> Response:
        return page("docs.html", contract=contract, documents=list(DOCUMENTS))

    for name, content in contract.documents.items():
        view = _view_of(content, DOCUMENTS[name])
        docs.add_url_rule(f"/docs/{name}", name.replace(".", "_"), view)
    return docs


def _view_of(content: bytes, content_type: str) -> Callable[[], Response]:
    def view() -> Response:
        response = Response(content, content_type=content_type)
        # Tools on pages of other origins read the documents, too.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.add_etag(weak=True)  # the same for both encodings
        return response.make_conditional(request)  # type: ignore[return-value]

    return view


def _zipped(response: Response) -> Response:
    """Compress the response if the client accepts gzip."""
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


# Content wider than the screen can be scrolled by touch and by keyboard.


def _table_open(_renderer: Any, *_rest: Any) -> str:
    return '<div class="wide" tabindex="0"><table>\n'


def _table_close(_renderer: Any, *_rest: Any) -> str:
    return "</table></div>\n"


def _fence(_renderer: Any, tokens: list[Token], index: int, *_rest: Any) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


for _rule in (_table_open, _table_close, _fence):
    _MARKDOWN.add_render_rule(_rule.__name__.removeprefix("_"), _rule)
