"""A server's base URL, a callback URL or a page's URL."""

from __future__ import annotations

from uuid import UUID

import pytest

from webhook_logger.client.address import Address
from webhook_logger.client.errors import Invalid

ONE = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        (f"https://hooks.example.com/{ONE}", "https://hooks.example.com"),
        (f"https://hooks.example.com/{ONE.upper()}/orders?a=1#x", "https://hooks.example.com"),
        (f"http://localhost:5000/view/{ONE}", "http://localhost:5000"),
        (f"https://example.com/tools/hooks/view/{ONE}", "https://example.com/tools/hooks"),
    ],
)
def test_a_callback_is_known_by_its_url_and_by_its_page(url: str, base: str) -> None:
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
def test_a_base_url_gives_a_new_callback(url: str, base: str, path: str) -> None:
    address = Address.of(url)
    assert (address.base, address.socketio_path) == (base, path)
    assert UUID(address.uuid).version == 4
    assert address.uuid != Address.of(url).uuid


@pytest.mark.parametrize("url", ["", "hooks.example.com", f"wss://a/{ONE}", "https://"])
def test_what_is_none_is_told(url: str) -> None:
    with pytest.raises(Invalid):
        Address.of(url)
