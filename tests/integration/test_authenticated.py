"""Tools use a dashboard behind nginx with basic auth; senders need no password."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.command import Command
from tests.support.node_stream import KINDS, NodeStream
from tests.support.processes import ROOT
from tests.support.sender import send
from tests.support.two_hosts import ESCAPED, PASSWORD, USER, TwoHosts
from webhook_logger.__main__ import cli
from webhook_logger.callbacks import new_key, uuid_of_key
from webhook_logger.client import Inbox, Unreachable
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.http import Http

BASIC = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
MODULE = ROOT / "static/vendor/embed/stream.js"
HEADERS = {"Authorization": f"Basic {BASIC}", "X-Team": "blue"}


@pytest.fixture(scope="module")
def hosts() -> Iterator[TwoHosts]:
    with TwoHosts("127.0.0.1", "localhost") as hosts:
        yield hosts


def invoke(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(cli, arguments, env=env)


def send_to(url: str) -> None:
    with closing(Http()) as http:
        assert http.send("POST", f"{url}/orders", (("X-A", "1"),), b"hello").status == 200


def test_an_inbox_has_credentials_in_its_url_or_in_headers(hosts: TwoHosts) -> None:
    for url, headers in ((hosts.url, None), (hosts.dashboard, HEADERS)):
        with Inbox(url, headers=headers) as inbox:
            assert inbox.url == f"{hosts.callbacks}/{inbox.uuid}"
            assert inbox.view_url.startswith(f"{hosts.dashboard}/view/{inbox.uuid}#key=")
            inbox.reply(200, body="set through the API")
            send_to(inbox.url)
            request = inbox.wait()
            names = [name.lower() for name, _ in request.headers]
            assert (request.subpath, "authorization" in names) == ("/orders", False)


def test_a_target_with_the_other_host_does_not_avoid_the_log_in(hosts: TwoHosts, uuid: str) -> None:
    callbacks, dashboard = hosts.authorities
    name, port = callbacks.split(":")
    for target, host, status in (
        (f"/view/{uuid}", dashboard, 401),
        (f"http://{callbacks}/view/{uuid}", dashboard, 421),
        (f"http://{dashboard}/{uuid}", callbacks, 401),
        (f"http://{callbacks}/{uuid}", dashboard, 200),
        (f"/{uuid}", callbacks, 200),
    ):
        head = f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"
        assert (target, send((name, int(port)), head.encode()).status) == (target, status)


def test_without_credentials_the_error_says_so(hosts: TwoHosts) -> None:
    wrong = f"http://{USER}:s3cret@{hosts.authorities[1]}"
    for url in (hosts.dashboard, wrong):
        with pytest.raises(Unreachable, match=r"401 .* it needs other credentials") as raised:
            Inbox(url, timeout=0.5).open()
        assert "s3cret" not in str(raised.value)


def test_the_commands_have_credentials_from_options_and_the_environment(
    hosts: TwoHosts, tmp_path: Path
) -> None:
    archive = tmp_path / "saved.har"
    more = ("--count", "1", "-v", "--save", str(archive))
    lines = "\n".join(f"{name}: {value}" for name, value in HEADERS.items())
    with Command("listen", *more, WEBHOOK_LOGGER_URL=hosts.url) as listen:
        url = listen.notes.until("URL for senders:").removeprefix("URL for senders:").strip()
        link = listen.notes.line().removeprefix("Link for people who may watch: ")
        listen.notes.until("Live.")
        assert url.startswith(f"{hosts.callbacks}/")
        # The link that it prints needs the credentials again.
        option = (f"Authorization: {HEADERS['Authorization']}", "X-Team: blue")
        with Command("listen", link, "--json", "-H", option[0], "-H", option[1]) as other:
            other.notes.until("Live.")
            changed = invoke("reply", link, "--status", "202", WEBHOOK_LOGGER_HEADERS=lines)
            assert changed.exit_code == Exit.DONE, changed.output
            assert invoke("send", url, "-d", "hello").stdout.startswith("202")
            assert json.loads(other.out.line())["headers"]
            assert (listen.wait(), other.interrupt()) == (Exit.DONE, Exit.INTERRUPTED)
    entry = json.loads(archive.read_text())["log"]["entries"][0]
    assert entry["request"]["url"].startswith(f"{hosts.callbacks}/")
    printed = listen.out.all + listen.notes.all + other.out.all + other.notes.all
    for text in (printed, archive.read_text(), hosts.server.log, changed.output):
        assert not any(secret in text for secret in (PASSWORD, ESCAPED, BASIC, "X-Team"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_in_node_has_credentials_in_its_url_or_in_headers(
    hosts: TwoHosts, uuid: str, kind: str
) -> None:
    for url, headers in ((hosts.url, {}), (hosts.dashboard, HEADERS)):
        at = f"{url}/view/{uuid}"
        with NodeStream(MODULE, at, *KINDS[kind], headers=headers) as stream:
            assert stream.until("joined")["callback_url"] == f"{hosts.callbacks}/{uuid}"
            send_to(f"{hosts.callbacks}/{uuid}")
            assert stream.until("requestArrived")["subpath"] == "/orders"
            position = stream.close()
            assert (position["server"], position["uuid"]) == (hosts.dashboard, uuid)
            assert position.get("authorization") == (None if headers else f"Basic {BASIC}")


def test_a_stream_without_credentials_says_so(hosts: TwoHosts, uuid: str) -> None:
    with NodeStream(MODULE, f"{hosts.dashboard}/{uuid}") as stream:
        link = stream.until("linkChanged")
        assert (link["state"], "401" in link["message"]) == ("reconnecting", True)


def test_the_link_of_a_page_leads_to_the_url_on_the_host_for_callbacks(hosts: TwoHosts) -> None:
    key = new_key()
    advised = invoke("send", f"{hosts.url}/view/{uuid_of_key(key)}#key={key}")
    assert advised.exit_code == Exit.USAGE
    assert f"Send to the URL: {hosts.callbacks}/{uuid_of_key(key)}" in advised.output
    assert not any(secret in advised.output for secret in (key, PASSWORD, ESCAPED))


def test_the_reply_of_a_new_callback_names_its_url(hosts: TwoHosts) -> None:
    set_up = invoke("reply", hosts.url, "--status", "201")
    assert f"URL for senders:               {hosts.callbacks}/" in set_up.output


def test_a_target_that_is_the_callback_on_the_other_host_is_refused(
    hosts: TwoHosts, uuid: str
) -> None:
    target = f"{hosts.callbacks}/{uuid}"
    looped = invoke("listen", f"{hosts.url}/view/{uuid}", "--forward", target)
    assert (looped.exit_code, "is the callback itself" in looped.output) == (Exit.USAGE, True)
