"""A real server serves the page's files to browsers and refuses paths of attackers."""

from __future__ import annotations

import re
import zlib

import pytest

from tests.support.contract.documents import document
from tests.support.processes import ROOT, Server
from tests.support.sender import Response, post, send

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


def ask(server: Server, target: str, *lines: str, method: str = "GET") -> Response:
    head = [f"{method} {target} HTTP/1.1", "Host: test", "Connection: close", *lines]
    return send(server.address, "\r\n".join(head).encode("latin-1") + b"\r\n\r\n")


SCRIPTS = [path for path in document("openapi.yaml")["paths"] if path.startswith("/static/")]


def page_of(server: Server, uuid: str) -> str:
    return ask(server, f"/view/{uuid}").body.decode()


def references(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)


def version_of(server: Server, uuid: str) -> str:
    return references(page_of(server, uuid))[0].split("/")[2]


def test_the_files_of_the_page_are_served_as_immutable(memory_server: Server, uuid: str) -> None:
    paths = references(page_of(memory_server, uuid))
    assert {path.rpartition("/")[2] for path in paths} >= {"page.css", "page.js"}
    for path in paths:
        response = ask(memory_server, path)
        assert response.status == 200, path
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["content-type"] == TYPES[path.rpartition(".")[2]]


@pytest.mark.parametrize("path", SCRIPTS)
def test_documented_static_files_are_served_with_an_etag(memory_server: Server, path: str) -> None:
    response = ask(memory_server, path)
    assert response.status == 200
    again = ask(memory_server, path, f"If-None-Match: {response.headers['etag']}")
    assert (again.status, again.body) == (304, b"")


def test_the_contract_lists_every_file_for_other_pages() -> None:
    folders = (ROOT / "static/vendor/embed", ROOT / "static/types")
    made = {file.name for folder in folders for file in folder.iterdir()}
    assert {path.removeprefix("/static/") for path in SCRIPTS} == {
        name for name in made if name.endswith((".js", ".ts"))
    }


def test_each_worker_serves_the_files_of_pages_from_other_workers(
    two_workers: tuple[Server, Server], uuid: str
) -> None:
    path = references(page_of(two_workers[0], uuid))[-1]
    here, there = (ask(worker, path) for worker in two_workers)
    assert there.body == here.body
    assert there.headers["cache-control"] == here.headers["cache-control"]
    assert "immutable" in here.headers["cache-control"]


def test_gzip_has_the_same_content_and_head_its_length(memory_server: Server, uuid: str) -> None:
    path = f"/static/{version_of(memory_server, uuid)}/js/main.js"
    plain = ask(memory_server, path)
    zipped = ask(memory_server, path, "Accept-Encoding: gzip, deflate, br, zstd")
    assert zipped.headers["content-encoding"] == "gzip"
    assert zlib.decompress(zipped.body, wbits=31) == plain.body
    head = ask(memory_server, path, "Accept-Encoding: gzip", method="HEAD")
    assert (head.body, head.headers["content-length"]) == (b"", str(len(zipped.body)))


@pytest.mark.parametrize(
    "path",
    [
        *("../config.py", "../../config.py", "js/../../../config.py", "%2e%2e/%2e%2e/config.py"),
        *("..%2f..%2fconfig.py", "..\\..\\config.py", "%5c..%5cconfig.py", "/etc/passwd"),
        *("js/main.js%00", "js/main.js%00.css", "%00", "js/../js/main.js", "js//main.js"),
        *("vendor/.set-up", "vendor/", "vendor", "", ".", "..", "%c0%ae%c0%ae/config.py", "%ff"),
    ],
)
@pytest.mark.parametrize("version", ["its own", "0123456789ab"])
def test_paths_outside_of_the_static_files_are_not_found(
    memory_server: Server, uuid: str, path: str, version: str
) -> None:
    folder = version_of(memory_server, uuid) if version == "its own" else version
    assert ask(memory_server, f"/static/{folder}/{path}").status == 404


@pytest.mark.parametrize(
    "target", ["/static/js/main.js", "/static/vendor/.set-up", "/static/..", "//static/js/main.js"]
)
def test_files_of_the_page_need_a_version(memory_server: Server, target: str) -> None:
    assert ask(memory_server, target).status == 404


def test_posting_to_a_file_is_not_allowed(memory_server: Server, uuid: str) -> None:
    path = f"/static/{version_of(memory_server, uuid)}/js/main.js"
    assert post(memory_server.address, path, b"x").status == 405


EMBEDDED = {
    "stream.js": "text/javascript; charset=utf-8",
    "stream.js.map": "application/json",
    "stream.d.ts": "text/plain; charset=utf-8",
    "contract.d.ts": "text/plain; charset=utf-8",
}


@pytest.mark.parametrize("name", EMBEDDED)
def test_files_for_other_pages_are_served_to_every_origin(memory_server: Server, name: str) -> None:
    response = ask(memory_server, f"/static/{name}", "Origin: https://tools.example.com")
    assert (response.status, response.headers["content-type"]) == (200, EMBEDDED[name])
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_files_for_other_pages_are_sent_again_only_after_a_change(
    memory_server: Server,
) -> None:
    first = ask(memory_server, "/static/stream.js", "Accept-Encoding: gzip")
    assert (first.headers["content-encoding"], first.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert first.headers["cache-control"] == "public, no-cache"
    known = f"If-None-Match: {first.headers['etag']}"
    again = ask(memory_server, "/static/stream.js", "Accept-Encoding: gzip", known)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["access-control-allow-origin"] == "*"
    other = ask(memory_server, "/static/contract.d.ts", known)
    assert other.status == 200


def test_the_stream_module_imports_no_other_file(memory_server: Server) -> None:
    for name in ("stream.js",):
        source = ask(memory_server, f"/static/{name}").body.decode()
        assert not re.search(r"\b(?:import|export)\b[^;]{0,200}\bfrom\b|\bimport\s*[\"(]", source)
