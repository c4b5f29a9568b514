"""The errors of the client.

    ClientError
    ├── Invalid          also ValueError: an argument is invalid, such as a URL
    ├── Unreachable      the server did not respond, or is temporarily unable to
    │   └── TooSlow      the response did not arrive in time
    ├── TooLarge         the response is larger than the limit
    ├── Rejected         the server refused; a retry would be refused, too
    ├── NothingArrived   also TimeoutError: no matching request arrived in time
    └── Closed           the inbox is closed

The message is for people. `reason` is a stable word for programs: the server's reason if it gave
one (docs/errors.md), else the reason of the class.
"""

from __future__ import annotations


class ClientError(Exception):
    """The base class of all errors of the client."""

    reason = "client_error"

    def __init__(self, message: str = "", reason: str = "") -> None:
        super().__init__(message)
        if reason:
            self.reason = reason


class Invalid(ClientError, ValueError):
    """An argument is invalid, such as a URL or a header line that HTTP cannot carry."""

    reason = "invalid"


class Unreachable(ClientError):
    """The server cannot be reached, closed the connection, or is temporarily unavailable."""

    reason = "unreachable"


class TooSlow(Unreachable):
    """The response did not arrive in time."""

    reason = "too_slow"


class TooLarge(ClientError):
    """The response is larger than the limit."""

    reason = "too_large"


class Rejected(ClientError):
    """The server refused; it would refuse a retry, too."""

    reason = "rejected"


class NothingArrived(ClientError, TimeoutError):
    """No matching request arrived in time; the message lists the requests that did arrive."""

    reason = "nothing_arrived"


class Closed(ClientError):
    """The inbox is closed."""

    reason = "closed"


def in_seconds(seconds: float) -> str:
    """Return `1 second` or `2.5 seconds`, for messages."""
    return "1 second" if seconds == 1 else f"{seconds:g} seconds"
