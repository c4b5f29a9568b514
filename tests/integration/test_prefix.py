"""With `URL_PREFIX`, the server responds only under the prefix and captures paths as sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import socketio

from tests.support.patience import PATIENCE_SECONDS
from tests.support.polling import PollingViewer, UpgradingViewer
from tests.support.processes import ALL_TRUSTED, Nginx, Redis, Server
from tests.support.sender import Response, post, send
from tests.support.viewers import PacketViewer

PREFIX = "/team/hooks"
UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
BROWSER = "Accept: text/html"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(URL_PREFIX=PREFIX) as server:
        yield server


def get(server: Server, path: str, *lines: str) -> Response:
    head = (f"GET {path} HTTP/1.1", "Host: hooks.example.com", *lines, "", "")
    return send(server.address, "\r\n".join(head).encode())


def test_the_first_line_contains_the_prefix(server: Server) -> None:
    assert f" {server.url}{PREFIX}/ " in server.first_line


PATHS = {
    "/healthz": 200,
    "/readyz": 200,
    "/metrics": 200,
    f"/view/{UUID}": 200,
    f"/{UUID}": 200,
    f"/{UUID}/": 200,
    f"/{UUID}/status/503": 503,
    f"/api/callbacks/{UUID}/reply": 200,
    f"/api/callbacks/{UUID}/requests/1/response": 405,
    "/socket.io/?EIO=4&transport=polling": 200,
    "/": 302,
    "": 302,
}


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_under_the_prefix_only(server: Server, path: str) -> None:
    assert get(server, PREFIX + path).status == PATHS[path]
    for elsewhere in (
        path,
        f"/team{path}",
        f"{PREFIX}x{path}",
        f"/{PREFIX}{path}",
        "/hooks" + path,
    ):
        response = get(server, elsewhere or "/")
        assert (elsewhere, response.status) == (elsewhere, 404)
        assert json.loads(response.body)["error"]["code"] == 404


@pytest.mark.parametrize("path", [f"//{UUID}", f"//view/{UUID}", f"/x/{UUID}", "/nonsense"])
def test_unknown_paths_under_the_prefix_are_not_found(server: Server, path: str) -> None:
    assert get(server, PREFIX + path).status == 404


def test_redirects_and_links_contain_the_prefix(server: Server) -> None:
    for path in ("", "/"):
        location = get(server, PREFIX + path).headers["location"]
        assert re.fullmatch(f"{PREFIX}/view/.{{36}}#key=.{{22}}", location)
    page = get(server, f"{PREFIX}/view/{UUID}", BROWSER).body.decode()
    assert f'data-callbacks="{PREFIX}"' in page
    assert f'data-server="{PREFIX}"' in page
    assert f'data-fresh-url="{PREFIX}/"' in page
    for text in (page, get(server, "/elsewhere", BROWSER).body.decode()):
        links = re.findall(r'(?:href|src)="((?!data:)[^"]+)"', text)
        assert links
        assert all(link.startswith(f"{PREFIX}/") for link in links)
        assert {get(server, link).status for link in links} <= {200, 302}


@pytest.mark.parametrize("kind", [PacketViewer, PollingViewer, UpgradingViewer])
def test_viewers_receive_the_path_as_sent(
    server: Server, uuid: str, kind: type[PacketViewer]
) -> None:
    paths = (
        f"{PREFIX}/{uuid}",
        f"{PREFIX}/{uuid.upper()}//a/%2e%2E/b",
        f"/%74eam/hooks/{uuid}/%0A",
    )
    with kind(server.url + PREFIX, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        for path in paths:
            response = post(server.address, path)
            assert (response.status, response.headers["webhook-viewers"]) == (200, "1")
            assert viewer.requests(1)[0]["path"] == path


def test_a_client_connects_with_the_path_of_the_stream(server: Server, uuid: str) -> None:
    client = socketio.SimpleClient(reconnection=False)
    path = f"{PREFIX}/socket.io"
    client.connect(
        server.url,
        auth={"uuid": uuid},
        transports=["websocket"],
        socketio_path=path,
        wait_timeout=PATIENCE_SECONDS,
    )
    assert client.receive(timeout=PATIENCE_SECONDS)[0] == "joined"
    client.disconnect()


def test_the_stream_accepts_the_origin_from_the_trusted_proxy() -> None:
    settings = {**ALL_TRUSTED, "CORS_ALLOWED_ORIGINS": "https://tools.example.com"}
    with Server(URL_PREFIX=PREFIX, **settings) as server:
        path = f"{PREFIX}/socket.io/?EIO=4&transport=polling"
        # Some proxies send the scheme `wss` for WebSockets.
        for scheme in ("https", "wss"):
            forwarded = (f"X-Forwarded-Proto: {scheme}", "X-Forwarded-Host: team.example.com")
            assert get(server, path, "Origin: https://team.example.com", *forwarded).status == 200
            assert get(server, path, "Origin: http://team.example.com", *forwarded).status == 400
            assert get(server, path, "Origin: https://evil.example", *forwarded).status == 400


def test_nginx_passes_on_requests_under_the_prefix(redis: Redis, uuid: str) -> None:
    settings = {"REDIS_URL": redis.url, "BALANCER_HEADERS": "webhook-logger", "URL_PREFIX": PREFIX}
    with Server(**settings) as a, Server(**settings) as b, ExitStack() as stack:
        nginx = stack.enter_context(Nginx(a.until_ready(), b.until_ready(), prefix=PREFIX))
        # Long-polling works only if all requests of a viewer go to one worker.
        viewers = [
            stack.enter_context(kind(nginx.url + PREFIX, {"uuid": uuid}, f"127.0.0.{number}"))
            for kind in (PollingViewer, PacketViewer)
            for number in (1, 2, 3)
        ]
        for viewer in viewers:
            viewer.event("joined")
        assert post(nginx.address, f"{PREFIX}/{uuid}/a").status == 200
        for viewer in viewers:
            assert viewer.requests(1)[0]["path"] == f"{PREFIX}/{uuid}/a"


def test_without_the_setting_the_prefix_is_not_found(memory_server: Server) -> None:
    assert get(memory_server, f"{PREFIX}/{UUID}").status == 404
    assert get(memory_server, f"/{UUID}").status == 200
