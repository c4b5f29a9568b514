"""The snippets of README.md, run as its readers would run them."""

from __future__ import annotations

import subprocess

from tests.support.clients import NODE, running
from tests.support.command import Command
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server
from tests.support.sender import post
from tests.support.viewers import Viewer
from tests.test_docs import snippets
from webhook_logger.callbacks import new_key, uuid_of_key

README = ROOT / "README.md"


def snippet(language: str, word: str) -> str:
    [found] = [text for text in snippets(README, language) if word in text]
    return found


def test_curl_sends_a_request(memory_server: Server, uuid: str) -> None:
    with Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        environment = {"CALLBACK": f"{memory_server.url}/{uuid}", "PATH": "/usr/bin:/bin"}
        subprocess.run(["bash", "-ec", snippet("sh", "--data")], env=environment, check=True)
        request = viewer.event("request")
    assert request["subpath"] == "/orders"
    assert request["query_string"] == "source=test"
    assert request["body"]["content"] == '{"type": "order.created"}'


class OrderService:
    """The reader's own program, which sends a webhook."""

    def create_order(self, webhook: str) -> None:
        subprocess.run(["curl", "-sS", "--data", '{"type": "order.created"}', webhook], check=True)


JAVASCRIPT_SERVICE = """
const body = '{"type": "order.created"}';
const orderService = { createOrder: ({ webhook }) => fetch(webhook, { method: "POST", body }) };
"""


def test_python_waits_for_a_request(memory_server: Server) -> None:
    code = snippet("python", "Inbox").replace("http://127.0.0.1:8000", memory_server.url)
    code = code.replace("timeout=5", f"timeout={PATIENCE_SECONDS}")
    exec(compile(code, "README.md", "exec"), {"order_service": OrderService()})


def test_javascript_waits_for_a_request(memory_server: Server) -> None:
    code = snippet("js", "Inbox.open(").replace("http://127.0.0.1:8000", memory_server.url)
    code = code.replace('"webhook-logger"', f'"{ROOT}/static/js/inbox/index.js"')
    code = code.replace("5000", str(PATIENCE_SECONDS * 1000))
    with running(NODE, f"{JAVASCRIPT_SERVICE}\n{code}") as client:
        assert client.line() == "order.created"


def test_curl_watches_a_private_callback(memory_server: Server) -> None:
    key = new_key()
    uuid = uuid_of_key(key)
    command = snippet("sh", "curl -N").replace("http://127.0.0.1:8000", memory_server.url)
    environment = {"ID": uuid, "KEY": key, "PATH": "/usr/bin:/bin"}
    shell = ["bash", "-c", f"exec {command}"]
    with subprocess.Popen(shell, env=environment, stdout=subprocess.PIPE, text=True) as curl:
        assert curl.stdout
        while curl.stdout.readline() != "event: joined\n":
            pass
        post(memory_server.address, f"/{uuid}/orders")
        while curl.stdout.readline() != "event: request\n":
            pass
        assert '"subpath":"/orders"' in curl.stdout.readline()
        curl.terminate()


def test_listen_returns_the_response_of_a_local_server(memory_server: Server) -> None:
    with Endpoint() as endpoint:
        line = snippet("sh", "webhook-logger listen").replace("localhost:3000", endpoint.url)
        more = ("--forward-timeout", str(PATIENCE_SECONDS))
        with Command(*line.split()[1:], *more, WEBHOOK_LOGGER_URL=memory_server.url) as listen:
            url = listen.notes.until("URL for senders:").split()[-1]
            listen.notes.until("Senders receive")
            path = url.removeprefix(memory_server.url)
            assert post(memory_server.address, path).body == b"ok"
