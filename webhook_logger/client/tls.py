"""How the TLS certificates of servers are verified."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpcore

from webhook_logger.client.errors import Invalid


def tls_context(*, insecure: bool = False, ca: Path | None = None) -> ssl.SSLContext:
    """Return a context that trusts the authorities of the system and of certifi.

    `insecure`: accept any certificate. `ca`: a file in PEM format with further authorities, or
    self-signed certificates. Raises `Invalid`.
    """
    context = httpcore.default_ssl_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if ca:
        try:
            context.load_verify_locations(ca)
        except ssl.SSLError:
            raise Invalid(f"{ca} contains no certificate in PEM format.") from None
        except OSError as error:
            raise Invalid(f"Cannot read {ca}: {error.strerror}.") from error
    return context
