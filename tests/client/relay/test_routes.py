"""Routes choose the targets of a request by its subpath."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook_logger.client.errors import Invalid
from webhook_logger.client.relay.relayed import Relayed
from webhook_logger.client.relay.routes import Routes

ROUTES = Routes.parse(
    (
        *("/stripe=http://localhost:3000/webhooks", "/stripe/test=:3001", "/github/=:4000"),
        *("/b%C3%BC=:5", "/grüße=:6", "/a.b-c~d=localhost:7/x?a=b"),
    )
)


@pytest.mark.parametrize(
    ("subpath", "sent"),
    [
        ("/stripe", "http://localhost:3000/webhooks"),
        ("/stripe/", "http://localhost:3000/webhooks/"),
        ("/stripe/x", "http://localhost:3000/webhooks/x"),
        ("/stripe/tests", "http://localhost:3000/webhooks/tests"),
        ("/stripe//test", "http://localhost:3000/webhooks//test"),
        ("/stripe/test", "http://localhost:3001/"),
        ("/stripe/test/x", "http://localhost:3001/x"),
        ("/github", "http://localhost:4000/"),
        ("/github/", "http://localhost:4000/"),
        ("/b%C3%BC/x", "http://localhost:5/x"),
        ("/gr%C3%BC%C3%9Fe", "http://localhost:6/"),
        ("/a.b-c~d/e", "http://localhost:7/x/e?a=b"),
        *((other, None) for other in ("", "/", "/stripes", "/Stripe", "//stripe", "/x/stripe")),
        *((other, None) for other in ("/stripe%2fx", "/str%69pe", "/stripe;a", "/b%c3%bc", "x")),
        *((other, None) for other in ("/./stripe", "/x/../stripe", "stripe", "/%2fstripe")),
    ],
)
def test_the_longest_prefix_of_whole_segments_counts(subpath: str, sent: str | None) -> None:
    route = ROUTES.match(subpath)
    assert (route and sent_to(Routes([route]), subpath)) == sent


def sent_to(routes: Routes, subpath: str) -> str:
    """Return the URL to which the first target gets a request."""
    request = Relayed("POST", subpath, "", (), b"")
    route = routes.match(subpath)
    assert route
    target = route.targets[0]
    return target.base + target.target_of(route.routed(request))


@pytest.mark.parametrize("path", ["", "/hooks"])
@pytest.mark.parametrize(
    "rest",
    [
        *("/..%2f", "/../github", "/..", "/x/../../github", "/%2e%2e/x", "/..\\x", "/..;/x"),
        *("/%252e%252e/x", "/./../x", "/x//../../y"),
    ],
)
def test_a_sender_cannot_leave_the_path_of_a_routes_target(path: str, rest: str) -> None:
    with pytest.raises(Invalid, match="--allow-escape"):
        sent_to(Routes.parse([f"/stripe=:3000{path}"]), f"/stripe{rest}")


@pytest.mark.parametrize("rest", ["//evil.com", "/\\evil.com", "/%2fevil.com", "/%5cevil.com"])
def test_a_sender_cannot_name_another_host(rest: str) -> None:
    with pytest.raises(Invalid, match="another host"):
        sent_to(Routes.parse(["/stripe=:3000"]), f"/stripe{rest}")


def test_a_target_without_a_prefix_gets_what_no_other_route_matches() -> None:
    for texts in (("/a=:1", ":2"), (":2", "/a=:1"), ("/a=:1", "/=:2")):
        routes = Routes.parse(texts)
        assert sent_to(routes, "/a/x") == "http://localhost:1/x"
        assert [sent_to(routes, path) for path in ("", "/ab")] == [
            "http://localhost:2/",
            "http://localhost:2/ab",
        ]


def test_targets_of_the_same_prefix_keep_their_order() -> None:
    routes = Routes.parse(("/a=:1", "/b=:2", "/a/=:2", "/a=:3"))
    route = routes.match("/a")
    assert route
    assert [target.url for target in route.targets] == [":1", ":2", ":3"]
    assert [target.url for target in routes.targets] == [":1", ":2", ":3"]


def test_no_routes_match_nothing() -> None:
    assert Routes.parse(()).match("/a") is None


@pytest.mark.parametrize(
    "url", ["http://localhost/x?a=b", "localhost/x=1", ":3000?a=/b=c", ":3/=3"]
)
def test_an_equals_sign_in_a_url_is_not_a_route(url: str) -> None:
    [target] = Routes.parse([url]).targets
    [same] = Routes.parse([f"/p={url}"]).targets
    assert target.url == same.url == url


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("stripe=http://localhost:3000", "begins with a slash: '/stripe="),
        ("hooks/stripe=:3000", "begins with a slash"),
        ("stripe=3000", "begins with a slash"),
        ("stripe=localhost/x", "begins with a slash"),
        ("=:3000", "begins with a slash"),
        ("/stripe", "has no URL"),
        ("/stripe=", "has no URL"),
        ("//stripe=:3000", "two slashes"),
        ("/a//b=:3000", "two slashes"),
        ("/a//=:3000", "two slashes"),
        ("/a?b=:3000", "query"),
        ("/a#b=:3000", "fragment"),
        ("/a b=:3000", "character"),
        ("/a\x1b=:3000", "character"),
        ("/../a=:3000", r"\. or \.\."),
        ("/a/.=:3000", r"\. or \.\."),
        ("/a=c:x", "port"),
        ("/a=b=:3000", "contains ="),
        ("/a=http://u:p@h", "user name"),
    ],
)
def test_an_invalid_route_is_an_error(text: str, problem: str) -> None:
    with pytest.raises(Invalid, match=problem):
        Routes.parse([text])


def test_a_target_that_is_given_twice_is_an_error() -> None:
    for text, name in ((":1", "all requests"), ("/a=:1", "/a")):
        for again in (text, text.replace(":1", "localhost:1")):
            with pytest.raises(Invalid, match=f":1 is given twice for {name}"):
                Routes.parse([text, again])


SEGMENTS = st.lists(st.sampled_from(["", "a", "ab", "b", "%2f", ".."]), max_size=4)
PREFIXES = st.lists(st.sampled_from(["a", "ab", "b", "%2f"]), min_size=1, max_size=3)


@given(st.lists(PREFIXES, max_size=5, unique_by=tuple), SEGMENTS)
def test_a_route_matches_like_a_search_through_all_prefixes(
    prefixes: list[list[str]], path: list[str]
) -> None:
    routes = Routes.parse(f"/{'/'.join(prefix)}=:1" for prefix in prefixes)
    subpath = "".join(f"/{segment}" for segment in path)
    fitting = [prefix for prefix in prefixes if path[: len(prefix)] == prefix]
    longest = "/".join(["", *max(fitting, key=len, default=[])])
    found = routes.match(subpath)
    assert (found.prefix if found else "") == longest
