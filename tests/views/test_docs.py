"""`/docs`: the contract as a page, and the source of its documents."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from config import Config
from tests.support.contract.documents import DOCS
from webhook_logger.app import create_app
from webhook_logger.views.docs import DOCUMENTS, Contract


@pytest.fixture(params=["", "/team/hooks"], scope="module")
def prefix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def client(prefix: str) -> Iterator[FlaskClient]:
    with create_app(Config(URL_PREFIX=prefix)).test_client() as client:
        yield client


def test_the_page_shows_the_whole_protocol(client: FlaskClient, prefix: str) -> None:
    response = client.get(f"{prefix}/docs")
    assert response.content_type == "text/html; charset=utf-8"
    headings = re.findall(r"^#+ (.*)$", (DOCS / "protocol.md").read_text(), re.MULTILINE)
    assert re.findall(r'<h[1-6] id="[^"]+">(.*)</h', response.text) == headings
    assert "```" not in response.text
    assert "[[[" not in response.text
    assert "&lt;uuid&gt;" in response.text


def test_the_page_has_the_strict_policy(client: FlaskClient, prefix: str) -> None:
    response = client.get(f"{prefix}/docs")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    nonce = re.search("style-src 'nonce-([^']*)'", policy)
    assert nonce
    sheets = re.findall('<link rel="stylesheet" nonce="([^"]*)"', response.text)
    assert set(sheets) == {nonce[1]}
    assert "style=" not in response.text


def test_every_link_has_a_target(client: FlaskClient, prefix: str) -> None:
    text = client.get(f"{prefix}/docs").text
    links = set(re.findall('href="([^"]*)"', text))
    assert {f"{prefix}/docs/{name}" for name in DOCUMENTS} <= links
    for link in links:
        if link.startswith("#"):
            assert f'id="{link[1:]}"' in text
        elif not link.startswith(("data:", "https://")):
            assert client.get(link).status_code in (200, 302), link


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_sent_unchanged(client: FlaskClient, prefix: str, name: str) -> None:
    response = client.get(f"{prefix}/docs/{name}")
    assert response.data == (DOCS / name).read_bytes()
    assert response.content_type == DOCUMENTS[name]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-cache"


def test_an_unchanged_document_is_not_sent_again(client: FlaskClient, prefix: str) -> None:
    url = f"{prefix}/docs/openapi.yaml"
    known = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": known})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["", *(f"/{name}" for name in DOCUMENTS)])
def test_a_document_is_compressed_for_clients_that_accept_it(
    client: FlaskClient, prefix: str, path: str
) -> None:
    plain = client.get(f"{prefix}/docs{path}")
    zipped = client.get(f"{prefix}/docs{path}", headers={"Accept-Encoding": "br, gzip"})
    refused = client.get(f"{prefix}/docs{path}", headers={"Accept-Encoding": "gzip;q=0"})
    assert [each.headers.get("Content-Encoding") for each in (plain, zipped, refused)] == [
        *(None, "gzip", None)
    ]
    assert {each.headers["Vary"] for each in (plain, zipped)} == {"Accept-Encoding"}
    nonce = re.compile(b'nonce="[^"]*"')
    assert nonce.sub(b"", gzip.decompress(zipped.data)) == nonce.sub(b"", plain.data)
    assert zipped.headers.get("ETag") == plain.headers.get("ETag")


@pytest.mark.parametrize("name", ["dependencies.md", "..%2fconfig.py", "protocol"])
def test_other_files_of_the_folder_get_404(client: FlaskClient, prefix: str, name: str) -> None:
    assert client.get(f"{prefix}/docs/{name}").status_code == 404


def test_html_in_a_document_is_escaped(tmp_path: Path) -> None:
    for name in DOCUMENTS:
        (tmp_path / name).write_text("# <b>One</b>\n\n<script>1</script> `<i>`\n\n```\n<p>\n```\n")
    html = Contract(tmp_path, "/docs").html
    assert html.count("&lt;") == 6
    assert not re.search("<(b|i|script)>", html)
