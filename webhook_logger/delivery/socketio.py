"""Access to internals of python-socketio's client managers, through methods with public names.

tests/test_library_seams.py asserts everything here that python-socketio does not document.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from socketio import Manager, PubSubManager

Message = dict[str, Any]


class Members(dict[str, str]):
    """The viewers of a room: Engine.IO's sid by Socket.IO's.

    python-socketio would make a `bidict`, which needs 700 bytes more. It looks up a viewer in the
    other direction only in the room of all viewers, which stays a `bidict`.
    """

    __slots__ = ()

    @property
    def _fwdm(self) -> Members:
        """Return the dictionary that python-socketio reads in a `bidict`."""
        return self


class LeanRooms(Manager):  # type: ignore[misc]  # it has no types
    """Stores the rooms of each viewer, because python-socketio searches all rooms for a viewer.

    With that search, a request waited 5.7 s when 6,000 viewers disconnected together (measured).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rooms_of: dict[str, list[Any]] = {}
        """By the sid of a viewer. Sids differ in all namespaces."""

    def basic_enter_room(self, sid: str, namespace: str, room: Any, eio_sid: Any = None) -> None:
        """Add a viewer to a room, and store the room."""
        if room is not None and namespace in self.rooms:
            self.rooms[namespace].setdefault(room, Members())
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        rooms = self._rooms_of.setdefault(sid, [])
        if room not in rooms:
            rooms.append(room)

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        """Remove a viewer from a room, and remove the stored room."""
        super().basic_leave_room(sid, namespace, room)
        rooms = self._rooms_of.get(sid, [])
        if room in rooms:
            rooms.remove(room)

    def basic_disconnect(self, sid: str, namespace: str, **kwargs: Any) -> None:
        """Remove a viewer from its rooms, and leave no rooms for python-socketio to search."""
        for room in self._rooms_of.pop(sid, ()):
            self.basic_leave_room(sid, namespace, room)
        others = self.rooms.get(namespace)
        self.rooms[namespace] = {}
        super().basic_disconnect(sid, namespace, **kwargs)
        if others:
            self.rooms[namespace] = others
        else:
            del self.rooms[namespace]

    def get_rooms(self, sid: str, namespace: str) -> list[Any]:
        """Return the rooms of a viewer."""
        return [room for room in self._rooms_of.get(sid, ()) if room is not None]


class QueuedRooms(LeanRooms, PubSubManager):  # type: ignore[misc]  # it has no types
    """python-socketio's manager for several workers. A subclass connects them."""

    def listen(self) -> Iterator[str]:
        """Yield the messages of other workers, without end."""
        raise NotImplementedError

    def publish(self, message: Message) -> None:
        """Send a message to all workers."""
        raise NotImplementedError

    def is_published_back(self, message: Message) -> bool:
        """Return whether a published message also returns to this worker."""
        raise NotImplementedError

    def emit_locally(self, message: Message) -> None:
        """Send an event to this worker's viewers."""
        super()._handle_emit(message)

    # Methods that python-socketio calls

    def _listen(self) -> Iterator[str]:
        return self.listen()

    def _publish(self, message: Message) -> None:
        self.publish(message)

    def _handle_emit(self, message: Message) -> None:
        if not self.is_published_back(message):
            self.emit_locally(message)
