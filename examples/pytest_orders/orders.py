"""A small shop that sends a signed webhook for each new order, and retries on errors."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request

ATTEMPTS = 3


def create_order(webhook: str, secret: str, total: str) -> None:
    """Send `order.created` to `webhook`, in at most three attempts."""
    body = json.dumps({"type": "order.created", "total": total}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Signature": f"sha256={signature}"}
    for remaining in reversed(range(ATTEMPTS)):
        request = urllib.request.Request(webhook, body, headers)
        try:
            urllib.request.urlopen(request, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            if not remaining:
                raise
        else:
            return
