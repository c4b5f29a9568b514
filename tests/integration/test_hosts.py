"""With `CALLBACK_URL` and `DASHBOARD_URL`, each host serves only its own paths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.processes import Server
from tests.support.sender import Response, send
from tests.support.viewers import PacketViewer

HOOKS, DASHBOARD = "hooks.example.net", "dashboard.example.com"
URLS = {"CALLBACK_URL": f"https://{HOOKS}/", "DASHBOARD_URL": f"https://{DASHBOARD}"}
SECRETS = ("Authorization: Basic c2VjcmV0", "Cookie: login=c2VjcmV0")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(**URLS, TRUSTED_PROXIES_HOST=1) as server:
        yield server


def ask(server: Server, host: str, path: str, *lines: str, method: str = "GET") -> Response:
    head = (f"{method} {path} HTTP/1.1", f"Host: {host}", *lines, "", "")
    return send(server.address, "\r\n".join(head).encode())


def test_a_callback_on_the_dashboards_host_is_refused_and_not_captured(server: Server) -> None:
    uuid = str(uuid4())
    forwarded = f"X-Forwarded-Host: {DASHBOARD}"
    with PacketViewer(server.url, {"uuid": uuid}, host=DASHBOARD) as viewer:
        joined = viewer.event("joined")
        assert joined["callback_url"] == f"https://{HOOKS}/{uuid}"
        # With a trusted proxy, its header names the host.
        for host, lines in ((DASHBOARD, ()), (HOOKS, (forwarded,)), ("10.0.0.1", ())):
            response = ask(server, host, f"/{uuid}/x", *SECRETS, *lines, method="POST")
            assert (response.status, "webhook-viewers" in response.headers) == (421, False)
            assert json.loads(response.body)["error"]["reason"] == "wrong_host"
        captured = ask(server, DASHBOARD, f"/{uuid}/last", f"X-Forwarded-Host: {HOOKS}:443")
        assert captured.status == 200
        request = viewer.event("request")
        assert (request["seq"], request["path"]) == (joined["seq"] + 1, f"/{uuid}/last")
    assert server.refusals()["wrong_host"] >= 3


def test_viewers_see_that_a_request_was_refused(server: Server, uuid: str) -> None:
    with PacketViewer(server.url, {"uuid": uuid}, host=DASHBOARD) as viewer:
        viewer.event("joined")
        ask(server, DASHBOARD, f"/{uuid}", *SECRETS)
        refused = viewer.event("refused")
        assert (refused["reason"], refused["status"]) == ("wrong_host", 421)


def test_the_callbacks_host_serves_no_page_no_api_and_no_stream(server: Server, uuid: str) -> None:
    for path in ("/", f"/view/{uuid}", f"/api/callbacks/{uuid}/reply", "/docs", "/metrics"):
        assert (path, ask(server, HOOKS, path).status) == (path, 421)
    stream = "/socket.io/?EIO=4&transport=polling"
    assert (ask(server, HOOKS, stream).status, ask(server, DASHBOARD, stream).status) == (421, 200)
    assert ask(server, HOOKS, "/readyz").status == 200


def test_the_dashboard_names_the_callbacks_host(server: Server, uuid: str) -> None:
    page = ask(server, DASHBOARD, f"/view/{uuid}").body.decode()
    assert f'data-callbacks="https://{HOOKS}"' in page
    reply = ask(server, DASHBOARD, f"/api/callbacks/{uuid}/reply")
    assert reply.headers["webhook-callback-url"] == f"https://{HOOKS}/{uuid}"
    assert ask(server, DASHBOARD, "/").headers["location"].startswith("/view/")


def test_the_first_line_names_the_dashboard(server: Server) -> None:
    assert f" {server.url}/ serves https://{DASHBOARD} " in server.first_line
