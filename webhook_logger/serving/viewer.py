"""The connection of a viewer, after its request: it has no green thread, and belongs to its
transport.
"""

from __future__ import annotations

from collections.abc import Callable

from webhook_logger.serving.sockets import Socket

EndViewer = Callable[[Socket], None]
"""Closes the socket of a viewer, and releases its slots."""


class ViewerConnection:
    """A connection that a viewer's transport owns, and must close."""

    __slots__ = ("_at_end", "_end", "socket")

    def __init__(self, sock: Socket, end: EndViewer) -> None:
        self.socket = sock
        self._end: EndViewer | None = end
        self._at_end: Callable[[], None] | None = None

    def close(self) -> None:
        """Close the connection, and release its slots. Further calls do nothing."""
        end, self._end = self._end, None
        if end is not None:
            end(self.socket)
            if self._at_end is not None:
                self._at_end()

    def call_at_end(self, function: Callable[[], None]) -> None:
        """Call `function` after the connection was closed."""
        if self._end is None:
            function()
        else:
            self._at_end = function
