"""The animated picture: a request arrives, is opened, and its signature is checked."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Locator, expect

from tests.browser.clock import stop_clock
from tests.browser.pictures.stage import Stage
from tests.browser.pictures.webhooks import SECRETS, earlier, stripe
from tests.support.processes import Server

OPTIONS: dict[str, Any] = {
    "viewport": {"width": 1040, "height": 640},
    "device_scale_factor": 2,
    "color_scheme": "light",
}
# A screenshot does not contain the system's pointer.
POINTER = """() => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", "M2 1l15 14.5-6.7.3 3.7 7.6-3 1.4-3.6-7.7L2 21.6z");
  path.setAttribute("stroke", "white");
  path.setAttribute("stroke-width", "1.5");
  svg.append(path);
  const fixed = {position: "fixed", zIndex: "99", pointerEvents: "none"};
  Object.assign(svg.style, {...fixed, width: "24px", height: "28px"});
  document.body.append(svg);
  const follow = ({clientX, clientY}) =>
    Object.assign(svg.style, {left: `${clientX}px`, top: `${clientY}px`});
  addEventListener("mousemove", follow, true);
}"""
COLORS = 256
CHECK_DELAY_MS = 500
STEPS = 6
"""Frames of a move of the pointer."""


class Film:
    """The frames, and how long each one is shown."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._frames: list[Image.Image] = []
        self._durations: list[int] = []
        self._at = (620.0, 420.0)

    def show(self, milliseconds: int) -> None:
        """Add a frame of the page as it is now."""
        png = self._stage.page.screenshot()
        self._frames.append(Image.open(io.BytesIO(png)).convert("RGB"))
        self._durations.append(milliseconds)

    def click(self, locator: Locator) -> None:
        """Move the pointer to an element, and click it."""
        box = locator.bounding_box()
        assert box
        start_x, start_y = self._at
        x = box["x"] + min(box["width"] / 2, 120)
        y = box["y"] + box["height"] / 2
        for step in range(1, STEPS + 1):
            part = 1 - (1 - step / STEPS) ** 2
            self._stage.page.mouse.move(
                start_x + (x - start_x) * part, start_y + (y - start_y) * part
            )
            self.show(60)
        self._at = (x, y)
        self._stage.page.mouse.click(x, y)

    def save(self, path: Path) -> None:
        """Save an animated PNG, with one palette for all frames."""
        samples = (self._frames[2], self._frames[len(self._frames) // 2], self._frames[-1])
        width, height = samples[0].size
        sheet = Image.new("RGB", (width, height * len(samples)))
        for number, sample in enumerate(samples):
            sheet.paste(sample, (0, height * number))
        palette = sheet.quantize(COLORS, dither=Image.Dither.NONE)
        first, *others = (
            frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self._frames
        )
        first.save(
            path, save_all=True, append_images=others, duration=self._durations, optimize=True
        )


def take_film(browser: Browser, server: Server, path: Path) -> None:
    """Take the animated picture."""
    with browser.new_context(**OPTIONS) as context:
        stage = Stage(context.new_page(), server)
        film = Film(stage)
        page = stage.page
        stage.watch()
        stage.send(earlier())
        expect(page.locator(".row")).to_have_count(5)
        page.evaluate(POINTER)
        page.mouse.move(620, 420)
        expect(page.locator(".row[data-fresh]")).to_have_count(0)
        film.show(1500)
        stage.send([stripe()])
        expect(stage.row("/stripe")).to_be_visible()
        film.show(900)
        expect(stage.row("/stripe")).not_to_have_attribute("data-fresh", "")
        stop_clock(page)  # otherwise the ages of the rows change in each frame
        page.emulate_media(reduced_motion="reduce")
        film.show(400)
        film.click(stage.row("/stripe"))
        expect(page.locator("request-detail")).to_contain_text("Stripe-Signature")
        film.show(1800)
        film.click(page.locator(".detail-signature"))
        expect(page.locator("#signature-secret")).to_be_focused()
        film.show(700)
        for letter in SECRETS["stripe"]:
            page.keyboard.type(letter)
            film.show(70)
        page.clock.run_for(CHECK_DELAY_MS)
        expect(page.locator(".signature-verdict")).to_contain_text("Valid.")
        film.show(1500)
        film.click(page.get_by_label("Remember for this tab"))
        expect(page.locator(".row-verdict")).to_be_visible()
        film.show(3500)
        film.save(path)
        page.close()
