"""Take the pictures: `python -m tests.browser.pictures [NAME…]`."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, expect, sync_playwright

from tests.browser.conftest import OPTIONS
from tests.browser.pictures.film import take_film
from tests.browser.pictures.scenes import DIALOG, PICTURES, Picture
from tests.browser.pictures.stage import SITE, Stage
from tests.browser.pictures.terminal import take_view, view_svg
from tests.browser.pictures.webhooks import all_webhooks
from tests.support.processes import ROOT, Server

FOLDER = ROOT / "docs/pictures"
FILM, VIEW = "film", "listen"
"""Names of the animated picture, and of the picture of the interactive view of `listen`."""
SCHEMES: tuple[tuple[str, Literal["light", "dark"]], ...] = (("", "light"), ("-dark", "dark"))
"""The end of the name by the colour scheme. The site shows dark pictures in its dark theme."""
BLUR = "document.activeElement.matches('dialog button') && document.activeElement.blur()"
MARGIN = 8
"""Pixels around the elements that a picture shows."""
COLORS = 256
"""Colours of a picture: with a palette, the files are four times smaller and look the same."""


def take(browser: Browser, server: Server, picture: Picture) -> None:
    """Take one picture in the light and in the dark scheme: `NAME.png` and `NAME-dark.png`."""
    name, prepare, of, options = picture
    with browser.new_context(device_scale_factor=2, reduced_motion="reduce", **options) as context:
        page = context.new_page()
        prepare(Stage(page, server))
        page.mouse.move(0, 0)
        page.evaluate(BLUR)
        clip = around(page, of, 0 if of == DIALOG else MARGIN) if of else None
        for suffix, scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            save(page.screenshot(clip=clip), name + suffix)
        page.close()


def around(page: Page, selector: str, margin: int) -> FloatRect:
    """Return the area of the elements that match, with a margin, as far as the page shows it."""
    found = page.locator(selector)
    expect(found.first).to_be_visible()
    boxes = [box for box in (each.bounding_box() for each in found.all()) if box and box["height"]]
    size = page.viewport_size
    assert size
    left = max(0, min(box["x"] for box in boxes) - margin)
    top = max(0, min(box["y"] for box in boxes) - margin)
    right = min(size["width"], max(box["x"] + box["width"] for box in boxes) + margin)
    bottom = min(size["height"], max(box["y"] + box["height"] for box in boxes) + margin)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def save(png: bytes, name: str) -> None:
    """Save a picture as a small file."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(COLORS, dither=Image.Dither.NONE).save(path_of(name), optimize=True)
    report(name)


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.png"


def report(name: str) -> None:
    print(f"{name}.png  {path_of(name).stat().st_size // 1000} kB")


def main(names: Collection[str]) -> None:
    svg = view_svg(all_webhooks())
    with Server() as server, sync_playwright() as playwright:
        here = f"--host-resolver-rules=MAP {urlsplit(SITE).netloc} {server.authority}"
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*OPTIONS, here]
        )
        for picture in PICTURES:
            if not names or picture.name in names:
                take(browser, server, picture)
        if not names or FILM in names:
            take_film(browser, server, path_of(FILM))
            report(FILM)
        if not names or VIEW in names:
            save(take_view(browser, svg), VIEW)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
