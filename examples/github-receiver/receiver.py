"""A receiver of GitHub's webhooks, developed on your own machine behind a callback.

    GITHUB_SECRET=… python receiver.py 3000
    webhook-logger listen "$LINK" --forward http://localhost:3000 --respond

Enter the callback in GitHub as "Payload URL", and the secret. Each delivery arrives here unchanged,
so its signature is valid, and GitHub gets the response of this program. To test without GitHub:

    WEBHOOK_SECRET=… webhook-logger send https://hooks.example.com/<uuid> --provider github
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

from webhook_logger import providers
from webhook_logger.captured import Body, CapturedRequest

SECRET = os.environ.get("GITHUB_SECRET", "")
MAX_BYTES = 25 * 2**20  # GitHub's limit


class Receiver(BaseHTTPRequestHandler):
    """Respond with 202 to valid requests, and with 401 to requests without a valid signature."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BYTES:
            self.close_connection = True  # the body is not read
            self.respond(413, "too large, or without a valid length")
            return
        size = int(length)
        request = self.captured(self.rfile.read(size))
        verdict = providers.get("github").verify(request, SECRET)
        if not verdict.ok:
            self.respond(401, verdict.text)
            return
        event = request.header("X-GitHub-Event") or "unknown"
        print(f"{event!a}: {size} bytes", flush=True)  # escaped: headers are not signed
        self.respond(202, f"{event} accepted")

    def captured(self, body: bytes) -> CapturedRequest:
        """Return the request in the form that `providers` needs."""
        path, _, query = self.path.partition("?")
        return CapturedRequest(
            uuid="",
            id=str(uuid4()),
            received_at=datetime.now(timezone.utc),
            method=self.command,
            scheme="http",
            host=self.headers.get("Host", ""),
            path=path,
            subpath=path,
            query_string=query,
            http_version="1.1",
            remote_addr=self.client_address[0],
            headers=tuple(self.headers.items()),
            body=Body(body, len(body)),
        )

    def respond(self, status: int, text: str) -> None:
        body = f"{text}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Do nothing: `do_POST` prints the events."""


if __name__ == "__main__":
    if not SECRET:
        sys.exit("Set GITHUB_SECRET to the secret of the webhook.")
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"Listening on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
