"""The door to the inside of python-socketio's server: its managers, by methods of our own names.

Everything here that python-socketio does not document is asserted in tests/test_library_seams.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from socketio import Manager, PubSubManager

Key = tuple[str, str]
Message = dict[str, Any]


class LeanRooms(Manager):  # type: ignore[misc]  # it has no types
    """Knows the rooms of each viewer; python-socketio looks into every room for it.

    When 6,000 viewers dropped at once, a request waited for 5.7 s (measured).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rooms_of: dict[Key, set[Any]] = {}

    def basic_enter_room(self, sid: str, namespace: str, room: Any, eio_sid: Any = None) -> None:
        """As python-socketio's, and keep it in mind."""
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._rooms_of.setdefault((namespace, sid), set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        """As python-socketio's, and forget it."""
        super().basic_leave_room(sid, namespace, room)
        self._rooms_of.get((namespace, sid), set()).discard(room)

    def basic_disconnect(self, sid: str, namespace: str, **kwargs: Any) -> None:
        """As python-socketio's, which finds no rooms left to walk over."""
        for room in self._rooms_of.pop((namespace, sid), ()):
            self.basic_leave_room(sid, namespace, room)
        others = self.rooms.get(namespace)
        self.rooms[namespace] = {}
        super().basic_disconnect(sid, namespace, **kwargs)
        if others:
            self.rooms[namespace] = others
        else:
            del self.rooms[namespace]

    def get_rooms(self, sid: str, namespace: str) -> list[Any]:
        """The rooms of a viewer."""
        return [room for room in self._rooms_of.get((namespace, sid), ()) if room is not None]


class QueuedRooms(LeanRooms, PubSubManager):  # type: ignore[misc]  # it has no types
    """python-socketio's manager of several workers. A subclass says what is between them."""

    def listen(self) -> Iterator[str]:
        """Give each message of the other workers, for ever."""
        raise NotImplementedError

    def publish(self, message: Message) -> None:
        """Send a message to all workers."""
        raise NotImplementedError

    def comes_back(self, message: Message) -> bool:
        """Return whether what is published reaches this worker's viewers, too."""
        raise NotImplementedError

    def emit_here(self, message: Message) -> None:
        """Send an event to this worker's viewers."""
        super()._handle_emit(message)

    # What python-socketio asks of a manager

    def _listen(self) -> Iterator[str]:
        return self.listen()

    def _publish(self, message: Message) -> None:
        self.publish(message)

    def _handle_emit(self, message: Message) -> None:
        if not self.comes_back(message):
            self.emit_here(message)
