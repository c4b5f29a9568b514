"""Targets of forwarded requests."""

from __future__ import annotations

import pytest

from webhook_logger.client.errors import Invalid
from webhook_logger.client.relay.relayed import Relayed
from webhook_logger.client.relay.target import Target, is_callback

UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
OTHER = "00000000-7a64-4d7e-9a51-0c9d2b6f4e11"


def target_of(url: str, below: str, query: str = "") -> str:
    return Target.at(url).target_of(Relayed("GET", below, query, (), b""))


@pytest.mark.parametrize(
    ("url", "below", "query", "target"),
    [
        ("http://a:3000", "", "", "/"),
        ("http://a:3000", "/", "", "/"),
        ("http://a:3000/", "/x", "", "/x"),
        ("http://a/hooks", "", "", "/hooks"),
        ("http://a/hooks", "/", "", "/hooks/"),
        ("http://a/hooks/", "", "", "/hooks/"),
        ("http://a/hooks/", "/x//y", "", "/hooks/x//y"),
        ("http://a/hooks", "/x", "a=1&a=2", "/hooks/x?a=1&a=2"),
        ("http://a/hooks?key=1", "/x", "a=1", "/hooks/x?key=1&a=1"),
        ("http://a?key=1", "", "", "/?key=1"),
        ("a:3000/hooks", "/x#y", "", "/hooks/x#y"),
        ("https://[::1]:3000/%7e", "/%zz", "", "/%7e/%zz"),
    ],
)
def test_path_and_query_are_appended_to_the_target(
    url: str, below: str, query: str, target: str
) -> None:
    assert target_of(url, below, query) == target


ESCAPES = (
    *(
        "/..",
        "/../admin",
        "/../../admin",
        "/a/../..",
        "/./..",
        "/a//../..",
        "//../..",
        "/a/../../a",
    ),
    *("/%2e%2e/a", "/.%2E/a", "/%2e./a", "/%252e%252e/a", "/%25252e%25252e/a", "/a/%2e%2e/%2e%2e"),
    *("/..%2fa", "/..%5ca", "/..\\a", "/a%2fb/../../c", "/a/..%2f..%2fb", "/a%2f..%2f..%2fb"),
    *("/..%00/a", "/..%3f", "/..%23", "/%c0%ae%c0%ae/a", "/a/..%c0%af../b"),
    *("/..#", "/..%20/a", "/..%09", "/..%0d%0a/a", "/%20../a", "/%%32%65%%32%65/a", "/..;%3f/a"),
    *("/%u002e%u002e/a", "/%e0%80%ae%E0%80%AE/a", "/..%c1%9ca", "/..%u005ca", "/a%2fb/%2e%2e/.."),
    *("/..;/a", "/..;x=1/a", "/%2e%2e;/a", "/%252e%252e%253b/a", "x", "..", ".x", "%2f..", "@b"),
)
STAYS = (
    *("", "/", "/.", "/a/..", "/a/../b", "/a/./b", "//a", "/...", "/..a", "/a..", "/a/b/../../c"),
    *(
        "/%2e",
        "/%2e%2e%2e",
        "/a%2fb/../c",
        "/.%20./a",
        "/%20",
        "/..%c3%a9",
        "/a;b/..",
        "/%zz",
        "/%",
        "/%25",
        "/a?/b",
    ),
)


def test_a_path_that_leads_out_of_the_targets_is_rejected_unless_allowed() -> None:
    for below in ESCAPES:
        for above in ("http://a/hooks", "http://a/hooks/", "http://a/x/y?key=1"):
            with pytest.raises(Invalid, match="--allow-escape"):
                target_of(above, below)
        allowed = Target.at("http://a/hooks", allow_escape=True)
        assert allowed.target_of(Relayed("GET", below, "", (), b"")) == f"/hooks{below}"


def test_a_path_that_stays_is_sent_unchanged() -> None:
    for below in STAYS:
        assert target_of("http://a/hooks", below) == f"/hooks{below}"


def test_a_path_that_could_name_another_host_is_rejected() -> None:
    for below in ("//b", "//b/c", "/\\b", "/%2fb", "/%5Cb", "/%252fb"):
        with pytest.raises(Invalid, match="another host"):
            target_of("http://a", below)
        assert target_of("http://a/x", below) == f"/x{below}"


@pytest.mark.parametrize(
    "url", ["", "ftp://a", "http://", "http://a/#b", "http://me:secret@a/", "http://a/ b", "a:b"]
)
def test_an_invalid_target_is_rejected(url: str) -> None:
    with pytest.raises(Invalid):
        Target.at(url)


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:8000/{UUID}",
        f"http://127.0.0.1:8000/{UUID}/below?a=1",
        f"http://127.0.0.1:8000/view/{UUID}",
        f"http://LOCALHOST:8000/{UUID.upper()}",
        f"http://127.0.0.2:8000/%33{UUID[1:]}",
        f"http://[::1]:8000/{UUID}",
        f"http://[::ffff:127.0.0.1]:8000/{UUID}",
        f"http://0.0.0.0:8000/{UUID}",
        f"127.1:8000/{UUID}",
    ],
)
def test_the_callback_itself_is_recognised_in_every_spelling(url: str) -> None:
    assert is_callback(Target.at(url), f"http://localhost:8000/{UUID}", UUID)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/",
        f"http://localhost:8000/{OTHER}",
        f"http://192.0.2.1:8000/{UUID}",
        f"http://localhost:8000/?to=/{UUID}",
    ],
)
def test_any_other_target_is_not_the_callback(url: str) -> None:
    assert not is_callback(Target.at(url), f"http://localhost:8000/{UUID}", UUID)


@pytest.mark.parametrize("url", [f"http://localhost:8001/{UUID}", f"https://localhost/{UUID}"])
def test_another_port_of_the_same_machine_is_also_rejected(url: str) -> None:
    assert is_callback(Target.at(url), f"http://localhost:8000/{UUID}", UUID)
