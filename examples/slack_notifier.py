"""Post a message to a chat for each request to a callback.

    NOTIFY_URL=https://hooks.slack.com/services/… python slack_notifier.py LINK

LINK is the link of a callback for people who may watch: https://hooks.example.com/view/<uuid>#key=<key>.
NOTIFY_URL is an incoming webhook of Slack, Mattermost, Rocket.Chat or any service that accepts
`{"text": "…"}`. The notifier runs until Ctrl-C, and posts the number of requests that it missed.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from contextlib import suppress
from http.client import HTTPException

from webhook_logger.client import CapturedRequest, Gap, Inbox

JSON = {"Content-Type": "application/json"}


def text_of(event: CapturedRequest | Gap) -> str:
    """Return the message for an event, with the sender's text escaped and shortened."""
    if isinstance(event, Gap):
        return f"_{'Some' if event.count is None else event.count} requests were missed._"
    target = event.subpath or "/"
    shown = target[:200].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{event.method} {shown} ({event.body.size} bytes) from {event.remote_addr}"


def notify(url: str, text: str) -> None:
    """Post a message. Print an error if the chat does not accept it, and continue."""
    request = urllib.request.Request(url, json.dumps({"text": text}).encode(), JSON)
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except (OSError, HTTPException) as error:  # also a timeout, a truncated or an invalid response
        print(f"The chat did not accept the message: {error!r}", file=sys.stderr)


def main(callback: str, notify_url: str) -> None:
    for event in Inbox(callback):
        notify(notify_url, text_of(event))


if __name__ == "__main__":
    if len(sys.argv) != 2 or "NOTIFY_URL" not in os.environ:
        sys.exit(__doc__)
    with suppress(KeyboardInterrupt):
        main(sys.argv[1], os.environ["NOTIFY_URL"])
