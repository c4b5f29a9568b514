"""Fetch the certificates that signed requests name."""

from __future__ import annotations

from webhook_logger.client.errors import ClientError, Unreachable
from webhook_logger.client.http import Http

_SECONDS = 5.0
_MAX_BYTES = 64 * 2**10
_MAX_CERTIFICATES = 32
_OK = 200


class Certificates:
    """Fetches certificates, each once. Whether a URL may be fetched is the caller's decision."""

    def __init__(self) -> None:
        self._http = Http(timeout=_SECONDS, max_bytes=_MAX_BYTES)
        self._fetched: dict[str, str | ClientError] = {}
        """The latest certificates, or the errors, by URL."""

    def get(self, url: str) -> str:
        """Return the certificate at a URL. Raises `ClientError`. Redirects are not followed."""
        if url not in self._fetched:
            if len(self._fetched) >= _MAX_CERTIFICATES:
                self._fetched.clear()
            try:
                self._fetched[url] = self._fetch(url)
            except ClientError as error:
                self._fetched[url] = error
        found = self._fetched[url]
        if isinstance(found, ClientError):
            raise found
        return found

    def _fetch(self, url: str) -> str:
        response = self._http.send("GET", url)
        if response.status != _OK:
            raise Unreachable(f"{url} returned the status {response.status}.")
        return response.body.decode("latin-1")
