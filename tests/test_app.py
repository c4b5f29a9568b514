"""The app with Flask's test client, without a server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from config import Config
from tests.support.threads import records_of_this_thread
from webhook_logger.app import create_app
from webhook_logger.callbacks import uuid_of_key
from webhook_logger.captured import CapturedRequest

CALLBACK = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(Config())


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        client.environ_base["headers_raw"] = ()  # the project's server sets it to the raw lines
        yield client


def test_the_callback_is_in_the_url_map_for_every_method(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint == "callback"]
    assert len(rules) == 2
    assert all(rule.methods is None for rule in rules)


def test_url_for_makes_callback_urls(app: Flask) -> None:
    with app.test_request_context():
        assert url_for("callback", uuid=CALLBACK) == f"/{CALLBACK}"
        assert url_for("callback", uuid=CALLBACK, rest="a/b") == f"/{CALLBACK}/a/b"


def test_flask_lists_the_catch_all() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "flask", "routes"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
    assert "/<uuid:uuid>/<path:rest>" in run.stdout


@pytest.mark.parametrize("method", ["GET", "POST", "FOO", "PROPFIND", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("rest", ["", "/", "//", "/a/b", "/%0A", "/a%0A", "/view", "?q=1"])
def test_a_callback_responds_with_the_contracts_headers(
    client: FlaskClient, method: str, rest: str
) -> None:
    response = client.open(f"/{CALLBACK}{rest}", method=method)
    assert (response.status_code, response.data) == (200, b"")
    assert dict(response.headers) == {
        "Access-Control-Allow-Origin": "*",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "no-store",
        "Webhook-Viewers": "0",
        "Content-Length": "0",
    }


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_root_redirects_to_a_new_private_callback_each_time(
    client: FlaskClient, method: str
) -> None:
    responses = [client.open("/", method=method) for _ in range(2)]
    assert [response.status_code for response in responses] == [302, 302]
    assert responses[0].headers["Cache-Control"] == "no-store"
    assert responses[0].headers["Referrer-Policy"] == "no-referrer"
    keys = set()
    for response in responses:
        match = re.fullmatch(r"/view/([0-9a-f-]{36})#key=(.{22})", response.headers["Location"])
        assert match
        assert match[1] == uuid_of_key(match[2])
        keys.add(match[2])
    assert len(keys) == 2


def test_the_page_has_the_strict_policy_with_a_new_nonce(client: FlaskClient) -> None:
    policies = [
        client.get(f"/view/{CALLBACK}").headers["Content-Security-Policy"] for _ in range(2)
    ]
    assert policies[0] != policies[1]
    nonce = policies[0].partition("'nonce-")[2].partition("'")[0]
    assert len(nonce) >= 20
    assert policies[0].split("; ") == [
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        f"style-src 'nonce-{nonce}'",
        "connect-src *",
        "frame-src blob:",
        "img-src data:",
        "media-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html",
    ]


def test_every_script_and_style_sheet_of_a_page_has_its_nonce(client: FlaskClient) -> None:
    for path in (f"/view/{CALLBACK}", "/nonsense"):
        response = client.get(path, headers={"Accept": "text/html"})
        nonce = (
            response.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
        )
        tags = response.text.count("<script") + response.text.count('rel="stylesheet"')
        assert tags > 0
        assert response.text.count(f'nonce="{nonce}"') >= tags
        assert "style=" not in response.text


def test_pages_have_an_icon_in_both_themes_and_error_pages_lack_a_description(
    client: FlaskClient,
) -> None:
    for path in (f"/view/{CALLBACK}", "/docs", "/nonsense"):
        text = client.get(path, headers={"Accept": "text/html"}).text
        icon = unquote(
            text.partition('<link rel="icon" href="data:image/svg+xml,')[2].split('"')[0]
        )
        assert icon.startswith("<svg ")
        assert "prefers-color-scheme:dark" in icon
        assert ('<meta name="description" content="' in text) == (path != "/nonsense")


NOT_CALLBACKS = [
    "/nonsense",
    "/favicon.ico",
    "/view/nonsense",
    "/3f2b8c1e7a644d7e9a510c9d2b6f4e11",
    "/{3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11}",
    "/3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e1",
    "/3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11x",
    "/gf2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11",
    "/%33f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e1g",
    f"/view//{CALLBACK}",
    "/static/nonsense",
    "/static//js/main.js",
    "/static/../config.py",
]


@pytest.mark.parametrize("path", NOT_CALLBACKS)
def test_any_other_path_gets_404_in_the_one_error_shape(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    error = response.get_json()["error"]
    assert (error["code"], error["name"]) == (404, "Not Found")
    assert error["message"]


def test_a_browser_gets_an_error_page(client: FlaskClient) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    response = client.get("/nonsense", headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert "Not Found" in response.text


def test_a_method_without_a_view_gets_405_with_allow(client: FlaskClient) -> None:
    response = client.post("/healthz")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


PREFLIGHT = {
    "Origin": "https://shop.example",
    "Access-Control-Request-Method": "FOO",
    "Access-Control-Request-Headers": "content-type, x-a, authorization",
}


def test_a_preflight_is_allowed(client: FlaskClient) -> None:
    response = client.options(f"/{CALLBACK}", headers=PREFLIGHT)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert response.headers["Access-Control-Allow-Methods"] == "FOO"
    assert response.headers["Access-Control-Allow-Headers"] == "content-type, x-a, authorization"


@pytest.mark.parametrize(
    "change",
    [
        {"Origin": None},
        {"Access-Control-Request-Method": None},
        {"Access-Control-Request-Method": "G<T"},
        {"Access-Control-Request-Method": ""},
    ],
)
def test_an_incomplete_preflight_gets_an_ordinary_response(
    client: FlaskClient, change: dict[str, Any]
) -> None:
    lines = {name: value for name, value in {**PREFLIGHT, **change}.items() if value is not None}
    response = client.options(f"/{CALLBACK}", headers=lines)
    assert response.status_code == 200
    assert "Access-Control-Allow-Methods" not in response.headers


def test_health_and_readiness_without_a_queue(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_an_unready_worker_does_not_count_readyz_as_refused(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "draining", True)
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()["error"]["reason"]) == (503, "draining")
    assert 'requests_refused_total{reason="draining"} 0.0' in client.get("/metrics").text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_responses_about_a_worker_are_not_cached(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"
    monkeypatch.setattr(app, "draining", True)
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_a_body_over_the_limit_is_refused_with_the_callbacks_headers(client: FlaskClient) -> None:
    response = client.post(f"/{CALLBACK.upper()}/x", data=b"x" * (2**20 + 1))
    assert response.status_code == 413
    assert response.headers["Webhook-Viewers"] == "0"
    assert response.json is not None
    assert response.json["error"]["code"] == 413


def test_a_path_that_resembles_a_callback_is_handled_by_flask(client: FlaskClient) -> None:
    for path in (f"/{CALLBACK}x", f"//{CALLBACK}", f"/x/{CALLBACK}", "/"):
        assert client.get(path).status_code in (302, 404)


def test_an_uncaught_exception_does_not_reach_the_client(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("a detail")

    monkeypatch.setitem(app.view_functions, "health.healthz", fail)
    response = client.get("/healthz")
    assert response.status_code == 500
    assert response.get_json()["error"]["code"] == 500
    assert "a detail" not in response.text
    assert 'requests_refused_total{reason="internal_error"} 1.0' in client.get("/metrics").text


def test_a_failed_request_is_logged_with_its_id(
    app: Flask,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(request: CapturedRequest, *_: object) -> None:
        seen.append(request.id)
        raise RuntimeError("a detail")

    seen: list[str] = []
    monkeypatch.setattr(app.extensions["delivery"], "publish", fail)
    assert client.post(f"/{CALLBACK}").status_code == 500
    [record] = records_of_this_thread(caplog)
    assert record.__dict__["fields"] == {"request": seen[0]}
