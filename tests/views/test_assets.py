"""The files of a folder that are served, their URLs and headers, and the page's modules."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.processes import ROOT
from webhook_logger.views.assets import Assets, make_assets

LONG = "/* long enough to be shorter in gzip */\n" * 20
FILES = {
    "css/a.css": "a {}\n",
    "css/base.css": "b {}\n",
    "css/error-page.css": "e {}\n",
    "css/tokens.css": LONG,
    "css/z.css": "z {}\n",
    "js/main.js": 'import "./store.js";',
    "vendor/chunk-A.js": 'export{a as b}from"./chunk-B.js";',
    "vendor/chunk-B.js": "",
    "vendor/chunk-C.js": 'import"./chunk-A.js"',
    "vendor/later.js": "",
    "vendor/page.js": 'import{a as $}from"./chunk-A.js";import"./chunk-C.js";import("./later.js")',
    "vendor/page.js.LEGAL.txt": "a licence",
    "vendor/page.js.map": "{}",
}
HIDDEN = ("vendor/.set-up", "js/.hidden.js", ".git/x.js", "js/main.js~", "js/page.html")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    for path, content in FILES.items():
        write(folder / path, content)
    return folder


def write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def client_of(folder: Path) -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.register_blueprint(make_assets(folder))
    return app.test_client()


def get(folder: Path, path: str, version: str = "", **headers: str) -> TestResponse:
    url = f"/static/{version or Assets(folder).version}/{path}"
    return client_of(folder).get(
        url, headers={key.replace("_", "-"): value for key, value in headers.items()}
    )


def test_scripts_sheets_and_licences_have_their_content_types(folder: Path) -> None:
    types = {
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "map": "application/json",
        "txt": "text/plain; charset=utf-8",
    }
    for path, content in FILES.items():
        response = get(folder, path)
        assert (response.status_code, response.text) == (200, content)
        assert response.content_type == types[path.rpartition(".")[2]]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_the_current_version_is_cached_for_a_year(folder: Path) -> None:
    caching = get(folder, "js/main.js").headers["Cache-Control"]
    assert caching == "public, max-age=31536000, immutable"


def test_a_file_of_another_version_is_served_and_not_cached(folder: Path) -> None:
    response = get(folder, "js/main.js", version="0123456789ab")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert get(folder, "js/missing.js", version="0123456789ab").status_code == 404


def test_a_url_without_a_version_gets_404(folder: Path) -> None:
    client = client_of(folder)
    for url in ("/static/js/main.js", "/static//js/main.js", "/static/v1/js/main.js", "/static/"):
        assert client.get(url).status_code == 404


def test_a_client_that_accepts_gzip_gets_gzip(folder: Path) -> None:
    response = get(folder, "css/tokens.css", Accept_Encoding="br, gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data).decode() == LONG
    assert len(response.data) == response.content_length < len(LONG)


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip;q=0, *"])
def test_other_clients_get_the_file_uncompressed(folder: Path, accepted: str) -> None:
    response = get(folder, "css/tokens.css", Accept_Encoding=accepted)
    assert "Content-Encoding" not in response.headers
    assert response.text == LONG


def test_a_file_that_is_longer_in_gzip_is_sent_uncompressed(folder: Path) -> None:
    response = get(folder, "css/a.css", Accept_Encoding="gzip")
    assert (response.headers.get("Content-Encoding"), response.text) == (None, "a {}\n")


def test_responses_vary_by_encoding(folder: Path) -> None:
    for path in ("css/a.css", "css/tokens.css"):
        for accepted in ("gzip", "identity"):
            assert get(folder, path, Accept_Encoding=accepted).headers["Vary"] == "Accept-Encoding"


def test_hidden_files_and_other_types_get_404(folder: Path) -> None:
    for path in HIDDEN:
        write(folder / path, "x")
        assert get(folder, path).status_code == 404


def test_links_are_not_followed(folder: Path) -> None:
    write(folder.parent / "secret/x.js", "x")
    (folder / "js/link.js").symlink_to(folder.parent / "secret/x.js")
    (folder / "linked").symlink_to(folder.parent / "secret")
    for path in ("js/link.js", "linked/x.js"):
        assert get(folder, path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("../secret.js", "js/../../secret.js", "%2e%2e/secret.js", "..%2fsecret.js"),
        *("js/../js/main.js", "js//main.js", "/js/main.js", "js/./main.js", "js/main.js/"),
        *("js/main.js%00", "%00js/main.js", "js/main.js%00.css", "js\\main.js", "JS/main.js"),
        *("js", "js/", "", "js/main.js%0A"),
    ],
)
def test_no_other_path_leads_to_a_file(folder: Path, path: str) -> None:
    write(folder.parent / "secret.js", "x")
    assert get(folder, path).status_code == 404


def test_the_version_changes_with_any_file(folder: Path) -> None:
    versions = {Assets(folder).version}
    write(folder / "vendor/page.js.LEGAL.txt", "another licence")
    versions.add(Assets(folder).version)
    (folder / "vendor/later.js").rename(folder / "vendor/renamed.js")
    versions.add(Assets(folder).version)
    write(folder / "css/new.css", "")
    versions.add(Assets(folder).version)
    assert len(versions) == 4
    assert Assets(folder).version in versions


def test_a_change_after_the_start_is_not_served(folder: Path) -> None:
    assets = Assets(folder)
    client = client_of(folder)
    write(folder / "css/a.css", "changed {}")
    assert client.get(f"/static/{assets.version}/css/a.css").text == "a {}\n"


def test_the_modules_are_the_static_imports_of_the_page(folder: Path) -> None:
    assert Assets(folder).modules == [
        *("vendor/page.js", "vendor/chunk-A.js", "vendor/chunk-C.js", "vendor/chunk-B.js"),
    ]


def test_the_files_of_the_page_exist() -> None:
    assets = Assets(ROOT / "static")
    assert assets.modules[0] == assets.main
    assert assets.files[assets.sheet].content.startswith(b":root{"), "tokens.css comes first"
    assert {*assets.error_sheets, *assets.docs_sheets} <= assets.files.keys()
