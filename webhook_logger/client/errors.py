"""What can go wrong in the client, as one small tree.

    ClientError
    ├── Invalid          also ValueError: what was asked for can never be: no URL
    ├── Unreachable      no response from where one should come, or none for now
    │   └── TooSlow      the response did not come in time
    ├── TooLarge         a response is larger than was asked for
    ├── Rejected         the server said no, and would say so again
    ├── NothingArrived   also TimeoutError: no such request came in time
    └── Closed           the inbox was closed

The text of each is a sentence for people. `reason` is a word for programs, which stays the same:
the server's where it gave one (docs/errors.md), else that of the class.
"""

from __future__ import annotations


class ClientError(Exception):
    """The root of the tree."""

    reason = "client_error"

    def __init__(self, message: str = "", reason: str = "") -> None:
        super().__init__(message)
        if reason:
            self.reason = reason


class Invalid(ClientError, ValueError):
    """What was asked for can never be: a URL that is none, a header line HTTP can't carry."""

    reason = "invalid"


class Unreachable(ClientError):
    """No response where one should come: nobody is there, it broke off, or the server can't now."""

    reason = "unreachable"


class TooSlow(Unreachable):
    """The response did not come in time."""

    reason = "too_slow"


class TooLarge(ClientError):
    """A response is larger than was asked for."""

    reason = "too_large"


class Rejected(ClientError):
    """The server said no, and would say so again."""

    reason = "rejected"


class NothingArrived(ClientError, TimeoutError):
    """No such request came in time; the text says what did come."""

    reason = "nothing_arrived"


class Closed(ClientError):
    """The inbox was closed."""

    reason = "closed"
