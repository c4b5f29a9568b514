"""The actions of the keys in the interactive view."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands.forwarding import Forwarding
from webhook_logger.client.commands.listen_session import origin_of
from webhook_logger.client.commands.verifier import Verifier, signer_name
from webhook_logger.client.curl import curl
from webhook_logger.client.display import Check, Display
from webhook_logger.client.errors import Invalid
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.relay.forward import Forwarder, ForwardOutcome, Observer
from webhook_logger.client.relay.target import is_callback

_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.stdin.read()))"
_OPEN_SECONDS = 10.0


class ViewActions:
    """Replays requests as `--forward` sends them, and verifies them as `--secret` does."""

    def __init__(
        self, inbox: Inbox, forwarding: Forwarding, verifier: Verifier, display: Display
    ) -> None:
        self._inbox = inbox
        self._forwarding = forwarding
        self._verifier = verifier
        self._routes = forwarding.routes()
        self._prepared = forwarding.prepared()
        self._options = replace(forwarding.forward_options(display), concurrency=1, rate=None)

    def targets(self, request: CapturedRequest) -> Sequence[str]:
        """Return the URLs to which a request is sent again."""
        route = self._routes.match(self._prepared(request).subpath)
        return [target.url for target in route.targets] if route else []

    def add_target(self, url: str) -> None:
        """Send requests that no route matches to this URL. Raises `Invalid`."""
        if url.startswith("/"):
            raise Invalid("Enter a URL, such as localhost:3000/hooks.")
        routes = self._forwarding.routes(url)
        if any(is_callback(each, self._inbox.url, self._inbox.uuid) for each in routes.targets):
            raise Invalid(f"{url} is the callback itself.")
        self._routes = routes

    def replay(self, request: CapturedRequest) -> Sequence[ForwardOutcome]:
        """Send a request to its targets, and wait for the responses."""
        outcomes = _Outcomes()
        with Forwarder(self._routes, self._options, outcomes) as forwarder:
            if not forwarder.forward(self._prepared(request), request):
                raise Invalid("Not sent: no route of --forward matches the edited path.")
            forwarder.finish()
        return outcomes.all

    def curl(self, request: CapturedRequest) -> str:
        """Return the request as a curl command to the callback."""
        return curl(request, origin_of(self._inbox))

    def open(self, url: str) -> bool:
        """Open a URL in the browser, and return whether that succeeded.

        Another process does it: a browser could write to the terminal, or block. It reads the URL
        from a pipe, because other users can see the arguments of a process.
        """
        try:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-c", _OPEN],
                input=url.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                timeout=_OPEN_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def signer(self, request: CapturedRequest) -> str:
        """Return the name of the provider whose secret verifies the request."""
        return signer_name(request)

    def check(self, request: CapturedRequest) -> Check | None:
        """Verify the signature of a request; None if no secret is known."""
        return self._verifier.check(request)

    def set_secret(self, request: CapturedRequest, secret: str) -> None:
        """Use this secret for the provider of a request. Raises `Invalid`."""
        self._verifier.set_secret(request, secret)


class _Outcomes(Observer[CapturedRequest]):
    """Collects the outcomes of one request."""

    def __init__(self) -> None:
        self.all: list[ForwardOutcome] = []

    def outcome(self, context: CapturedRequest, outcome: ForwardOutcome) -> None:
        """Add the outcome at one target."""
        self.all.append(outcome)
