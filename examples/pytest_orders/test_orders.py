"""Test a sender of webhooks: the fixture provides a callback and receives its requests.

pip install "../..[server]" pytest                   # the repository of this example
pytest                                               # starts a server for these tests
pytest --webhook-server https://hooks.example.com    # uses an existing server
"""

from __future__ import annotations

import urllib.error

import pytest
from orders import create_order

from webhook_logger import providers
from webhook_logger.client import Inbox

SECRET = "hush"


def test_an_order_sends_a_webhook(webhook_inbox: Inbox) -> None:
    create_order(webhook_inbox.url, SECRET, total="12.50")
    request = webhook_inbox.wait(timeout=5, where=lambda r: r.method == "POST")
    assert request.json() == {"type": "order.created", "total": "12.50"}


def test_the_webhook_is_signed(webhook_inbox: Inbox) -> None:
    create_order(webhook_inbox.url, SECRET, total="12.50")
    provider = providers.get("generic")
    request = webhook_inbox.wait(timeout=5)
    assert provider.verify(request, SECRET, header="X-Signature", prefix="sha256=")


def test_the_sender_retries_when_the_receiver_fails(webhook_inbox: Inbox) -> None:
    webhook_inbox.reply(status=500, times=2)
    create_order(webhook_inbox.url, SECRET, total="12.50")
    assert [webhook_inbox.wait(timeout=5).seq for _ in range(3)] == [1, 2, 3]


def test_the_sender_gives_up_after_three_attempts(webhook_inbox: Inbox) -> None:
    webhook_inbox.reply(status=500)
    with pytest.raises(urllib.error.HTTPError):
        create_order(webhook_inbox.url, SECRET, total="12.50")
