"""Each host serves its own paths only; settings that do not separate hosts are refused."""

from __future__ import annotations

import pytest

from webhook_logger.hosts import OPERATION, Hosts, make_hosts, separate

UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
HOSTS = make_hosts("https://hooks.example.net:8443", "http://dash.example.com", "")
CALLBACKS = (f"/{UUID}", f"/{UUID}/", f"/{UUID.upper()}/view/x", f"/{UUID}/metrics")
DASHBOARD = ("/", f"/view/{UUID}", f"/api/callbacks/{UUID}/reply", "/socket.io/", "/docs")
NEITHER = (f"/{UUID}x", f"//{UUID}", f"/x/{UUID}", "/\0")


def served(host: str, *paths: str) -> list[bool]:
    return [HOSTS.refusal(host, path) is None for path in paths]


@pytest.mark.parametrize(
    "host", ["hooks.example.net", "HOOKS.example.net.", "hooks.example.net:1", "hooks.example.net:"]
)
def test_the_host_of_callbacks_serves_nothing_else(host: str) -> None:
    assert all(served(host, *CALLBACKS, "/healthz", "/readyz"))
    assert not any(served(host, *DASHBOARD, *NEITHER, *OPERATION, "/healthz/"))


@pytest.mark.parametrize("host", ["dash.example.com", "Dash.Example.com:8000"])
def test_the_host_of_the_dashboard_serves_no_callbacks(host: str) -> None:
    assert all(served(host, *DASHBOARD, *NEITHER, *OPERATION, "/healthz", "/readyz"))
    assert not any(served(host, *CALLBACKS))


@pytest.mark.parametrize(
    "host", ["", "127.0.0.1:8000", "[::1]:8000", "example.net", "x.hooks.example.net", "hooks"]
)
def test_other_hosts_serve_only_the_state_of_a_worker(host: str) -> None:
    assert all(served(host, "/healthz", "/readyz", *OPERATION))
    assert not any(served(host, *CALLBACKS, *DASHBOARD, *NEITHER))


def test_without_the_settings_nothing_is_added() -> None:
    hosts = make_hosts("", "", "/hooks")

    def application(*_: object) -> list[bytes]:
        return []

    assert separate(application, hosts, lambda *_: None) is application
    assert not hosts.may_share_cookies


@pytest.mark.parametrize("path", ["", "/hooks"])
def test_both_urls_get_the_prefix(path: str) -> None:
    hosts = make_hosts(f"https://a.example{path}", "https://b.example", "/hooks")
    assert hosts == Hosts("https://a.example/hooks", "https://b.example/hooks")


@pytest.mark.parametrize(
    ("callbacks", "dashboard", "complaint"),
    [
        ("https://a.example", "", "set together"),
        ("", "https://a.example", "set together"),
        ("https://a.example", "http://a.example:8000", "different hosts"),
        ("https://hooks.a.example", "https://a.example", "a subdomain"),
        ("https://a.example", "https://hooks.a.example", "a subdomain"),
        ("https://a.example/x", "https://b.example", "CALLBACK_URL must be empty or equal"),
        ("https://a.example", "https://b.example/hooks/x", "DASHBOARD_URL must be empty or equal"),
    ],
)
def test_hosts_that_do_not_separate_are_refused(
    callbacks: str, dashboard: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        make_hosts(callbacks, dashboard, "/hooks")


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("hooks.example.com", "dash.example.com", True),
        ("hooks.example.net", "dash.example.com", False),
        ("127.0.0.1", "192.0.0.1", False),
        ("localhost", "127.0.0.1", False),
    ],
)
def test_hosts_of_one_domain_may_share_cookies(one: str, other: str, may: bool) -> None:
    assert Hosts(f"https://{one}", f"https://{other}").may_share_cookies is may
