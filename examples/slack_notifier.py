"""Posts a line to a chat for each request to a callback.

    NOTIFY_URL=https://hooks.slack.com/services/… python slack_notifier.py https://hooks.example.com/<uuid>

NOTIFY_URL is an incoming webhook: of Slack, Mattermost, Rocket.Chat or whatever takes
`{"text": "…"}`. It runs until Ctrl-C, and says when it missed something.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress

from webhook_logger.client import CapturedRequest, ClientError, Gap, Inbox
from webhook_logger.client.http import Http

JSON = [("Content-Type", "application/json")]


def text_of(event: CapturedRequest | Gap) -> str:
    """A line for people. What senders write is escaped, as Slack wants it, and shortened."""
    if isinstance(event, Gap):
        return f"_{'Some' if event.count is None else event.count} requests were missed._"
    target = event.path_below or "/"
    shown = target[:200].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{event.method} {shown} ({event.body.size} bytes) from {event.remote_addr}"


def main(callback: str, notify_url: str) -> None:
    with Http() as http:
        for event in Inbox(callback):
            body = json.dumps({"text": text_of(event)}).encode()
            try:
                answer = http.send("POST", notify_url, JSON, body)
            except ClientError as error:
                print(error, file=sys.stderr)
                continue
            if answer.status != 200:
                print(f"The chat answered {answer.status}.", file=sys.stderr)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(sys.argv[1], os.environ["NOTIFY_URL"])
