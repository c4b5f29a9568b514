"""What can go wrong in the client, as one small tree.

    ClientError
    ├── Invalid          also ValueError: what was asked for can never be: no URL
    ├── Unreachable      no answer from where one should come, or none for now
    │   └── TooSlow      the answer did not come in time
    ├── TooLarge         an answer is larger than was asked for
    ├── Rejected         the server said no, and would say so again
    ├── NothingArrived   also TimeoutError: no such request came in time
    └── Closed           the inbox was closed

The text of each is a sentence for people.
"""

from __future__ import annotations


class ClientError(Exception):
    """The root of the tree."""


class Invalid(ClientError, ValueError):
    """What was asked for can never be: a URL that is none, a header line HTTP can't carry."""


class Unreachable(ClientError):
    """No answer from where one should come: nobody there, it broke off, or the server can't now."""


class TooSlow(Unreachable):
    """The answer did not come in time."""


class TooLarge(ClientError):
    """An answer is larger than was asked for."""


class Rejected(ClientError):
    """The server said no, and would say so again."""


class NothingArrived(ClientError, TimeoutError):
    """No such request came in time; the text says what did come."""


class Closed(ClientError):
    """The inbox was closed."""
