"""Header lines for a server behind a log-in."""

from __future__ import annotations

import pytest

from webhook_logger.client.address import Address
from webhook_logger.client.credentials import parse_headers, server_headers, split_user
from webhook_logger.client.errors import Invalid

ONE = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"


@pytest.mark.parametrize(
    ("url", "rest", "basic"),
    [
        ("https://ada:pw@hooks.example/x", "https://hooks.example/x", "YWRhOnB3"),
        ("HTTP://ada:p%40%2fw@h", "HTTP://h", "YWRhOnBAL3c="),
        ("https://a:b:c@[::1]:80", "https://[::1]:80", "YTpiOmM="),
        ("https://token@h/", "https://h/", "dG9rZW46"),
        ("https://\u00e9:\u00e9@h/", "https://h/", "w6k6w6k="),
    ],
)
def test_a_user_in_the_url_becomes_a_header(url: str, rest: str, basic: str) -> None:
    assert split_user(url) == (rest, (("Authorization", f"Basic {basic}"),))


@pytest.mark.parametrize("url", ["https://hooks.example/a@b", "localhost:8000", "ada:pw@h"])
def test_other_urls_have_no_user(url: str) -> None:
    assert split_user(url) == (url, ())


def test_an_address_shows_no_credential() -> None:
    address = Address.of(f"https://ada:s3cret@hooks.example/view/{ONE}", {"Cookie": "s3cret"})
    assert dict(address.headers).keys() == {"Authorization", "Cookie"}
    assert "s3cret" not in f"{address!r} {address.url} {address.view_url} {address.api_url}"
    given = Address.of(f"https://ada:s3cret@hooks.example/{ONE}", {"authorization": "Bearer x"})
    assert given.headers == (("authorization", "Bearer x"),)


@pytest.mark.parametrize(
    "url",
    [
        *("https://ada:s3/cret@hooks.example", "https://ada:12/s3cret@hooks.example"),
        *("https://ada:s3#cret@hooks.example", "https://ada:s3?cret@hooks.example"),
        *("ada:s3cret@hooks.example", f"ftp://ada:s3cret@hooks.example/{ONE}"),
    ],
)
def test_an_error_does_not_show_a_password(url: str) -> None:
    with pytest.raises(Invalid, match="percent-escapes") as raised:
        Address.of(url)
    assert "s3" not in str(raised.value)
    assert "cret" not in str(raised.value)


@pytest.mark.parametrize(
    "headers",
    [
        *({"Host": "s3cret"}, {"webhook-view-key": "s3cret"}, {"Sec-WebSocket-Key": "s3cret"}),
        *({"X-A": "s3cret\r\nX-B: 1"}, {"X-A": "s3cr\u00e9t"}, {"X A": "s3cret"}, {"": "s3cret"}),
        *({"X-A": "1", "x-a": "s3cret"}, {"Connection": "s3cret"}),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused_without_its_value(headers: dict[str, str]) -> None:
    with pytest.raises(Invalid) as raised:
        server_headers(headers)
    assert "s3cr" not in str(raised.value)


def test_lines_have_a_name_and_a_value() -> None:
    assert parse_headers(["Cookie: a=1; b=c:d", "X-Empty:"]) == {
        "Cookie": "a=1; b=c:d",
        "X-Empty": "",
    }
    for lines in (["s3cret"], ["X: s3cret", "X: s3cret"]):
        with pytest.raises(Invalid) as raised:
            parse_headers(lines)
        assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "path", [f"{ONE}%2Fx/view/{ONE}", f"%{ord(ONE[0]):x}{ONE[1:]}/{ONE}", f"{ONE}%2f" + "x" * 20]
)
def test_requests_to_the_server_cannot_reach_another_callback(path: str) -> None:
    with pytest.raises(Invalid, match="contains a UUID"):
        Address.of(f"https://hooks.example/{path}")
