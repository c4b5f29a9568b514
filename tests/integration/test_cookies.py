"""No response sets a cookie, regardless of path and method."""

from __future__ import annotations

import http.client

import pytest

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Server
from webhook_logger.views.docs import DOCUMENTS

UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
PATHS = (
    *("/", f"/view/{UUID}", f"/{UUID}", f"/{UUID}/a/b", f"/{UUID}/status/503", "/nonsense"),
    *(
        f"/api/callbacks/{UUID}/reply",
        f"/api/callbacks/{UUID}/requests/1/response",
        "/healthz",
        "/readyz",
        "/metrics",
        "/static/x/vendor/page.css",
    ),
    *("/docs", *(f"/docs/{name}" for name in DOCUMENTS)),
    *("/socket.io/?EIO=4&transport=polling", "/socket.io/", "/socket.io/?EIO=4&transport=x"),
)
REQUEST_HEADERS = {
    "Cookie": "session=x; io=y",
    "Accept": "text/html",
    "Origin": "https://a.example",
}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "FOO"])
def test_no_response_sets_a_cookie(memory_server: Server, method: str) -> None:
    for path in PATHS:
        connection = http.client.HTTPConnection(*memory_server.address, timeout=PATIENCE_SECONDS)
        connection.request(method, path, headers=REQUEST_HEADERS)
        response = connection.getresponse()
        assert "set-cookie" not in {name.lower() for name, _ in response.getheaders()}, path
        connection.close()


def test_the_requested_paths_cover_every_route() -> None:
    from config import Config
    from webhook_logger.app import create_app

    rules = {rule.rule for rule in create_app(Config()).url_map.iter_rules()}
    first = {rule.split("/")[1].partition(":")[0] for rule in rules}
    assert first <= {path.split("/")[1].partition("?")[0] for path in PATHS} | {"<uuid"}
