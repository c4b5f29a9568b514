"""Handover: a client replaces its connection with one to another worker, and counts as one viewer.

The replaced connection still receives every request until the client closes it.
"""

from __future__ import annotations

from collections import Counter

from webhook_logger.delivery import Delivery
from webhook_logger.metrics import Metrics
from webhook_logger.viewers.join import Join
from webhook_logger.viewers.room import Room


class ReplacedViewers:
    """The replaced viewers of this worker."""

    def __init__(self, rooms: dict[str, Room], delivery: Delivery, metrics: Metrics) -> None:
        self._rooms = rooms
        self._delivery = delivery
        self._metrics = metrics
        self._replaced: Counter[str] = Counter()
        """By sid, the number of rooms in which a viewer is replaced."""

    def is_replaced(self, sid: str) -> bool:
        """Return whether another viewer replaces this one in a room."""
        return sid in self._replaced

    def replace(self, sid: str, join: Join) -> bool:
        """Replace the viewer that a new viewer names. Return whether it may be on another worker.

        Never blocks.
        """
        if join.replaces in ("", sid):
            return False
        room = self._rooms[join.uuid]
        if room.replacing.get(sid, join.replaces) != join.replaces:
            self.end_replacing(join.uuid, room, sid)
        room.replacing[sid] = join.replaces
        if join.replaces in room.viewers_here:
            self.hand_over(join.uuid, join.replaces)
            return False
        self._delivery.handed_over(join.uuid, join.replaces)
        return True

    def hand_over(self, uuid: str, sid: str) -> bool:
        """Note that a viewer is replaced, and return True, if it is in the room. The caller then
        reports the number of viewers.
        """
        room = self._rooms.get(uuid)
        if room is None or sid not in room.viewers_here or sid in room.replaced:
            return False
        room.replaced.add(sid)
        self._metrics.viewers_handed_over += not self.is_replaced(sid)
        self._replaced[sid] += 1
        # Delivery has moved the role already. This only forgets it here.
        self._delivery.unclaim(uuid, sid)
        return True

    def end_replacing(self, uuid: str, room: Room, sid: str) -> bool:
        """Count the viewer again that this viewer replaces, if it is still in the room. Return
        whether it is on this worker. The caller then reports the number of viewers.
        """
        replaced = room.replacing.pop(sid, "")
        if replaced and replaced not in room.viewers_here:
            self._delivery.restored(uuid, replaced)
        return self.end(room, replaced)

    def end(self, room: Room, sid: str) -> bool:
        """Note that a viewer leaves the room or joins it again. Return whether it was replaced."""
        if sid not in room.replaced:
            return False
        room.replaced.discard(sid)
        self._replaced[sid] -= 1
        if not self._replaced[sid]:
            del self._replaced[sid]
        return True
