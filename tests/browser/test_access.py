"""The page and the element on a server that restricts callbacks and replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ConsoleErrors, uuid_of
from tests.browser.embedding import element, until_reported
from tests.support.processes import Server

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The block list of `strict`."""
    path = tmp_path_factory.mktemp("access") / "blocked"
    path.touch()
    return path


@pytest.fixture(scope="module")
def strict(blocks: Path) -> Iterator[Server]:
    """A server with private callbacks and default responses only, and a block list."""
    with Server(OPEN_CALLBACKS="off", REPLIES="off", BLOCK_LIST_FILE=blocks) as server:
        yield server


def test_the_page_of_an_open_callback_offers_a_new_one(
    strict: Server, uuid: str, open_page: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("status of 403")
    page = open_page(strict, "/healthz")
    page.goto(f"{strict.url}/view/{uuid}")
    expect(page.locator("main")).to_contain_text("private callbacks only")
    page.get_by_role("link", name="New callback").click()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()


def test_the_page_offers_no_replies_and_says_why(strict: Server, open_page: Open) -> None:
    page = open_page(strict)
    response = page.locator(".callback-reply")
    expect(response).to_have_text("Default response only (REPLIES=off)")
    expect(response.get_by_role("button")).to_have_count(0)
    page.keyboard.press("r")
    page.keyboard.press("m")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("do not get that of your server")
    expect(sheet.get_by_role("checkbox")).to_have_count(0)
    expect(sheet.get_by_role("group", name="Command")).not_to_contain_text("--respond")


def test_the_element_shows_why_it_cannot_watch(strict: Server, uuid: str, visit: Open) -> None:
    page = visit(strict, element(strict, uuid))
    refused = [each for each in until_reported(page, "link", 2) if each["state"] == "refused"]
    assert [each["reason"] for each in refused] == ["open_callbacks_off"]
    log = page.locator("webhook-log")
    expect(log.get_by_role("alert")).to_contain_text("OPEN_CALLBACKS=off")


def test_an_open_page_says_that_its_callback_is_blocked(
    strict: Server, blocks: Path, open_page: Open
) -> None:
    page = open_page(strict)
    blocks.write_text(uuid_of(page))
    refused = page.get_by_role("alert").filter(has_text="The server refused this page")
    expect(refused).to_contain_text("blocks this callback")
