"""URLs of servers, callbacks and pages."""

from __future__ import annotations

import pytest

from webhook_logger.callbacks import uuid_of_key
from webhook_logger.client.address import Address, absolute
from webhook_logger.client.errors import Invalid

ONE = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
KEY = "0-1_2-3_4-5_6-7_8-9_Ab"
PRIVATE = uuid_of_key(KEY)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        (f"https://hooks.example.com/{ONE}", "https://hooks.example.com"),
        (f"https://hooks.example.com/{ONE.upper()}/orders?a=1#x", "https://hooks.example.com"),
        (f"http://localhost:5000/view/{ONE}", "http://localhost:5000"),
        (f"https://example.com/tools/hooks/view/{ONE}", "https://example.com/tools/hooks"),
        (f"https://hooks.example.com//{ONE}", "https://hooks.example.com"),
        (f"http://view/{ONE}", "http://view"),
    ],
)
def test_a_callback_is_found_by_its_url_and_its_page(url: str, base: str) -> None:
    address = Address.of(url)
    assert (address.base, address.uuid) == (base, ONE)
    assert address.url == f"{base}/{ONE}"
    assert address.view_url == f"{base}/view/{ONE}"
    assert address.api_url == f"{base}/api/callbacks/{ONE}"


@pytest.mark.parametrize(
    ("url", "base", "path"),
    [
        ("https://hooks.example.com", "https://hooks.example.com", "socket.io"),
        ("https://hooks.example.com//?x#y", "https://hooks.example.com", "socket.io"),
        (
            "http://[::1]:5000/tools/hooks/",
            "http://[::1]:5000/tools/hooks",
            "tools/hooks/socket.io",
        ),
    ],
)
def test_a_base_url_creates_a_new_callback(url: str, base: str, path: str) -> None:
    address = Address.of(url)
    assert (address.base, address.socketio_path) == (base, path)
    assert address.uuid == uuid_of_key(address.key) != Address.of(url).uuid


@pytest.mark.parametrize("uuid", [PRIVATE, PRIVATE.upper()])
@pytest.mark.parametrize("path", ["/view/{}#key={}", "/{}#key={}", "/view/{}?a=1#tab=2&key={}&x"])
def test_a_private_callback_is_found_by_its_link(path: str, uuid: str) -> None:
    address = Address.of("https://example.com/hooks" + path.format(uuid, KEY))
    assert address.url == f"https://example.com/hooks/{PRIVATE}"
    assert address.view_url == f"https://example.com/hooks/view/{PRIVATE}#key={KEY}"
    assert address.identity == {"uuid": PRIVATE, "key": KEY}
    assert Address.of(address.view_url) == address
    assert KEY not in repr(address)


LINK = f"https://hooks.example.com/view/{PRIVATE}#key={KEY}"


@pytest.mark.parametrize(
    "text",
    [
        *(f"{LINK}.", f"<{LINK}>", f"<{LINK}>.", f"{LINK})", f'"{LINK}"', f" {LINK}\r\n"),
        *(f"{LINK}%20", LINK.replace("#", "%23")),
    ],
)
def test_a_link_can_be_copied_with_the_characters_around_it(text: str) -> None:
    assert Address.of(text).view_url == LINK


@pytest.mark.parametrize(
    "path",
    ["{}", "view/{}", "{}#key=", f"{{}}?key={KEY}", f"view/{{}}#KEY={KEY}", "{}#key=" + "é" * 22],
)
def test_a_private_callback_needs_its_key(path: str) -> None:
    with pytest.raises(Invalid, match="Use the link for people who may watch") as raised:
        Address.of("https://hooks.example.com/" + path.format(PRIVATE))
    assert raised.value.reason == "private"


@pytest.mark.parametrize("key", ["B" * 22, KEY[:-1], KEY + "A", KEY[:-1] + "é"])
def test_the_key_must_belong_to_the_callback(key: str) -> None:
    with pytest.raises(Invalid, match="does not belong to the callback") as raised:
        Address.of(f"https://hooks.example.com/view/{PRIVATE}#key={key}")
    assert raised.value.reason == "private"
    assert key not in str(raised.value)


def test_a_key_without_a_uuid_is_an_error() -> None:
    with pytest.raises(Invalid, match="a view key, but no UUID"):
        Address.of(f"https://hooks.example.com/#key={KEY}")


def test_an_open_callback_ignores_a_key() -> None:
    address = Address.of(f"https://hooks.example.com/view/{ONE}#key={KEY}")
    assert (address.key, address.identity) == ("", {"uuid": ONE})


@pytest.mark.parametrize(
    "url",
    [
        *(f"htp://a/view/{PRIVATE}", PRIVATE, f"http://a b/{PRIVATE}", f"http://a:0/{PRIVATE}"),
        *(f"http://a:x/{PRIVATE}", f"u@a/{PRIVATE}", f"http://a/{PRIVATE[:-1]}"),
    ],
)
def test_an_error_does_not_contain_the_key(url: str) -> None:
    with pytest.raises(Invalid) as raised:
        Address.of(f"{url}#key={KEY}")
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    ["", "/", ":", f"/{ONE}", f"wss://a/{ONE}", "https://", "99999", "0", "a b", ONE, "http:/a"],
)
def test_an_invalid_url_is_an_error(url: str) -> None:
    with pytest.raises(Invalid):
        Address.of(url)


@pytest.mark.parametrize("uuid", [ONE, ONE[:-1], ONE.replace("-", ""), f"{ONE}0"])
def test_a_uuid_without_a_server_is_an_error(uuid: str) -> None:
    with pytest.raises(Invalid, match="complete URL"):
        Address.of(uuid)


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("3000", "http://localhost:3000"),
        (":3000", "http://localhost:3000"),
        ("3000/a?b", "http://localhost:3000/a?b"),
        (":3000/a", "http://localhost:3000/a"),
        ("localhost:3000", "http://localhost:3000"),
        ("localhost:3000/a", "http://localhost:3000/a"),
        ("localhost", "http://localhost"),
        ("127.0.0.1:3000/", "http://127.0.0.1:3000/"),
        ("[::1]:3000", "http://[::1]:3000"),
        ("hooks.example.com/a", "http://hooks.example.com/a"),
        ("https://hooks.example.com", "https://hooks.example.com"),
        ("localhost:3000/é?city=Zürich", "http://localhost:3000/%C3%A9?city=Z%C3%BCrich"),
        ("localhost/\udcfc", "http://localhost/%FC"),
        ("localhost:3000?to=http://a", "http://localhost:3000?to=http://a"),
    ],
)
def test_an_address_can_be_short(url: str, whole: str) -> None:
    assert absolute(url) == whole


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (ONE[:-1], "35 characters"),
        (f"{ONE}1/a", "37 characters"),
        (f"view/{ONE[:-1]}g", "'g' is not"),
        (f"view/{ONE[:5]}", "5 characters"),
        (ONE.replace("-", ""), "32 characters"),
        (f"tools/o{ONE[1:]}", "'o' is not"),
        (ONE[:8] + ONE[9:18] + "-" + ONE[18:], "hyphens"),
        (f"{{{ONE}}}", "'{' is not"),
        (f"xxxxxxxx{ONE[8:]}", "'x' is not"),
    ],
)
def test_the_error_for_a_mistyped_uuid_names_the_mistake(path: str, wrong: str) -> None:
    with pytest.raises(Invalid, match=f"mistyped: .*{wrong}"):
        Address.of(f"https://hooks.example.com/{path}")


@pytest.mark.parametrize("url", ["http://a:hunter2@b", "a:hunter2@b:80/x", "a:hunter2@"])
def test_an_error_does_not_contain_the_password(url: str) -> None:
    with pytest.raises(Invalid, match="a user name or a password") as raised:
        absolute(url)
    assert "hunter2" not in str(raised.value)


def test_a_prefix_is_not_mistaken_for_a_uuid() -> None:
    for prefix in ("webhooks", "our-long-team-name-webhook-logger", "a/b-1/2026-11-28", "cafe"):
        assert Address.of(f"https://example.com/{prefix}").base.endswith(prefix)
