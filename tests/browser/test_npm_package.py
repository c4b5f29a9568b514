"""The npm package in a page that Vite has built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.browser.embedding import live
from tests.support.npm_package import new_project, output, pack, tool
from tests.support.pages import Pages
from tests.support.patience import eventually
from tests.support.processes import ROOT, Server
from tests.support.sender import post


def test_a_page_that_vite_built_shows_requests(
    server: Server, uuid: str, site: Pages, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    project = new_project(tmp_path / "project", pack(tmp_path), ROOT / "tests/npm/vite")
    output("node", tool("vite", "vite.js"), "build", "--logLevel", "warn", cwd=project)
    built = project / "dist"
    for file in filter(Path.is_file, built.rglob("*")):
        site.put(f"/{file.relative_to(built)}", file.read_bytes())
    site.put("/", (built / "index.html").read_bytes())

    page = open_page(site, f"/#{quote(f'{server.url}/{uuid}', safe='')}")
    log = live(page)
    eventually(lambda: post(server.address, f"/{uuid}").headers["webhook-viewers"] == "2")
    # A coding that Chromium may not decode itself, so that the element loads a chunk.
    brotli = bytes.fromhex("0b03806f726465722d3703")
    post(server.address, f"/{uuid}/orders", brotli, "Content-Encoding: br")
    expect(page).to_have_title("order-7")
    log.get_by_text("/orders").click()
    expect(log.locator("[part=body]")).to_contain_text("order-7")
