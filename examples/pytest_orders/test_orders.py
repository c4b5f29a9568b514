"""Test a sender of webhooks: the fixture provides a callback and receives its requests.

pip install "../..[server]" pytest                   # the repository of this example
pytest                                               # starts a server for these tests
pytest --webhook-server https://hooks.example.com    # uses an existing server
"""

from __future__ import annotations

import asyncio
import urllib.error

import pytest
from orders import create_order

from webhook_logger.client import AsyncInbox, Inbox
from webhook_logger.client.signatures import generic

SECRET = "hush"
SIGNATURE = generic(SECRET, header="X-Signature", prefix="sha256=")


def test_an_order_sends_a_signed_webhook(webhook_inbox: Inbox) -> None:
    create_order(webhook_inbox.url, SECRET, total="12.50")
    webhook_inbox.assert_received(
        method="POST",
        json={"type": "order.created", "total": "12.50"},
        signature=SIGNATURE,
        timeout=5,
    )


async def create_and_wait(inbox: AsyncInbox) -> None:
    await asyncio.to_thread(create_order, inbox.url, SECRET, total="12.50")
    await inbox.assert_received(method="POST", timeout=5)


def test_asyncio_needs_no_plugin(async_webhook_inbox: AsyncInbox) -> None:
    asyncio.run(create_and_wait(async_webhook_inbox))


def test_the_sender_retries_when_the_receiver_fails(webhook_inbox: Inbox) -> None:
    webhook_inbox.reply(500).times(2)
    create_order(webhook_inbox.url, SECRET, total="12.50")
    webhook_inbox.assert_received(count=3, timeout=5)
    webhook_inbox.assert_not_received()


def test_the_sender_gives_up_after_three_attempts(webhook_inbox: Inbox) -> None:
    webhook_inbox.reply(500)
    with pytest.raises(urllib.error.HTTPError):
        create_order(webhook_inbox.url, SECRET, total="12.50")
