"""A third-party web site with its own origin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlsplit


class File(NamedTuple):
    """The response for a path."""

    content: bytes
    headers: dict[str, str]


class Pages(ThreadingHTTPServer):
    """Serves the files that were `put`, and 404 for other paths."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self._files: dict[str, File] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, path: str, content: str | bytes, **headers: str) -> None:
        """Serve a file at this path. Underscores in header names become hyphens."""
        kind = "text/javascript" if path.endswith("js") else "text/html; charset=utf-8"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = content.encode() if isinstance(content, str) else content
        self._files[path] = File(raw, {"Content-Type": kind, **named})

    def get(self, target: str) -> File | None:
        return self._files.get(urlsplit(target).path)


class Handler(BaseHTTPRequestHandler):
    server: Pages

    def do_GET(self) -> None:
        file = self.server.get(self.path)
        self.send_response(200 if file else 404)
        content, headers = file or File(b"", {})
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the console quiet."""


@contextmanager
def web_site() -> Iterator[Pages]:
    """Serve a site in a thread."""
    with Pages() as pages:
        thread = Thread(target=pages.serve_forever)
        thread.start()
        yield pages
        pages.shutdown()
        thread.join()
