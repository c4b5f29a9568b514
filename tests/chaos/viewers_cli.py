"""Watch a callback with viewers of one kind, and print their events as lines of JSON.

`python -m tests.chaos.viewers_cli KIND SERVER UUID COUNT`. Each line is the number of the viewer,
the name of an event, and its payload for `Tally.handle`. Runs until it is killed.
"""

from __future__ import annotations

import json
import queue
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import OPTIONS
from tests.chaos.load import responded_body
from tests.support.viewers import OrderedClient
from webhook_logger.client import (
    CapturedRequest,
    ClientError,
    ConnectionStatus,
    Gap,
    Inbox,
    Responding,
)

RECORD = """() => {
  const { store } = document.querySelector("webhook-page");
  const events = (window.events = []);
  const record = (method, name, pick) => {
    const original = store[method];
    store[method] = (given) => {
      const payload = pick(given);
      if (payload !== null) events.push([name, payload]);
      return original.call(store, given);
    };
  };
  record("joined", "joined", (joined) => joined);
  record("requestArrived", "request", ({ epoch, seq, id }) => ({ epoch, seq, id }));
  record("linkChanged", "live", ({ state }) => (state === "live" ? null : false));
}"""
TAKE = "() => new Promise((done) => setTimeout(() => done(events.splice(0)), 50))"

_lines: queue.SimpleQueue[str] = queue.SimpleQueue()


def report(number: int, name: str, payload: Any) -> None:
    _lines.put(json.dumps([number, name, payload]))


def request(epoch: str, seq: int, name: str) -> dict[str, Any]:
    return {"epoch": epoch, "seq": seq, "id": name}


def watch_with_inbox(server: str, uuid: str, number: int, respond: bool = False) -> None:
    """Watch with this project's Python client. With `respond`, respond to each request."""
    inbox = Inbox(f"{server}/{uuid}", respond=respond, timeout=None)
    with ThreadPoolExecutor(16) as responding:
        for event in inbox.events():
            if isinstance(event, CapturedRequest):
                report(number, "request", request(event.epoch, event.seq, event.id))
                if respond:
                    responding.submit(respond_to, inbox, event)
            elif isinstance(event, Gap):
                report(number, "gap", event.count)
            elif isinstance(event, Responding) or (
                isinstance(event, ConnectionStatus) and not respond
            ):
                report(number, "live", is_live(event))
            elif type(event).__name__ == "Recovered":
                report(number, "recovered", event.count)


def is_live(event: ConnectionStatus | Responding) -> bool:
    return event.active if isinstance(event, Responding) else event.state == "live"


def respond_to(inbox: Inbox, captured: CapturedRequest) -> None:
    with suppress(ClientError):  # the sender then gets another response, and the test fails
        inbox.respond(captured, 222, body=responded_body(captured.content))


def watch_with_socketio(server: str, uuid: str, number: int) -> None:
    """Watch with python-socketio, as docs/protocol.md shows."""
    client = OrderedClient(reconnection_delay=0.3, reconnection_delay_max=2)
    position: dict[str, Any] = {"uuid": uuid}

    @client.on("joined")
    def joined(payload: dict[str, Any]) -> None:
        position.update(epoch=payload["epoch"], seq=payload["seq"])
        report(number, "joined", payload)

    @client.on("request")
    def requested(payload: dict[str, Any]) -> None:
        position.update(epoch=payload["epoch"], seq=payload["seq"])
        report(number, "request", request(payload["epoch"], payload["seq"], payload["id"]))

    @client.on("disconnect")
    def disconnected(*_: object) -> None:
        report(number, "live", False)

    client.connect(server, auth=lambda: position, transports=["websocket"], retry=True)
    client.wait()


def watch_with_page(server: str, uuid: str, number: int) -> None:
    """Watch with the dashboard in Chromium."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        page = browser.new_page()
        page.set_default_timeout(0)
        page.goto(f"{server}/view/{uuid}")
        page.get_by_text("Live", exact=True).wait_for()
        page.evaluate(RECORD)
        report(number, "live", True)
        while True:
            for name, payload in page.evaluate(TAKE):
                report(number, name, payload)


def watch_and_respond(server: str, uuid: str, number: int) -> None:
    watch_with_inbox(server, uuid, number, respond=True)


KINDS = {
    "Inbox": watch_with_inbox,
    "responder": watch_and_respond,
    "python-socketio": watch_with_socketio,
    "page": watch_with_page,
}


def main(kind: str, server: str, uuid: str, count: str) -> None:
    for number in range(int(count)):
        threading.Thread(target=KINDS[kind], args=(server, uuid, number), daemon=True).start()
    while True:
        print(_lines.get(), flush=_lines.empty())


if __name__ == "__main__":
    main(*sys.argv[1:])
