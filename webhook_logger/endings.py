"""Why a worker cuts a viewer off: the one list, which the metrics show."""

from __future__ import annotations

from enum import Enum


class Ending(Enum):
    """A row is a word and its meaning."""

    SLOW = "slow", "It reads more slowly than its requests arrive."
    LIMIT = "limit", "It sends messages that are too large, or too many."
    PROTOCOL_ERROR = "protocol_error", "It breaks the protocol of WebSocket or of Engine.IO."
    PING_TIMEOUT = "ping_timeout", "It did not answer a ping in time."
    NOT_CONNECTED = "not_connected", "It did not send CONNECT in time."
    DRAINING = "draining", "The worker stops."

    def __init__(self, word: str, meaning: str) -> None:
        self.word = word
        self.meaning = meaning
