"""The rooms of python-socketio's manager, without the parts that take much memory or time."""

from __future__ import annotations

from bidict import bidict

from tests.support.seams import SERVER
from webhook_logger.delivery.socketio import LeanRooms, Members


def manager_with(*eio_sids: str) -> tuple[LeanRooms, list[str]]:
    manager = LeanRooms()
    manager.set_server(SERVER)
    return manager, [manager.connect(eio_sid, "/") for eio_sid in eio_sids]


def test_only_the_room_of_all_viewers_finds_viewers_in_both_directions() -> None:
    manager, [sid] = manager_with("eio")
    manager.enter_room(sid, "/", "room")
    kinds = {room: type(members) for room, members in manager.rooms["/"].items()}
    assert kinds == {None: bidict, sid: Members, "room": Members}
    assert manager.sid_from_eio_sid("eio", "/") == sid


def test_events_reach_the_viewers_of_rooms() -> None:
    manager, [a, b] = manager_with("eio-a", "eio-b")
    for sid in (a, b):
        manager.enter_room(sid, "/", "both")
        manager.enter_room(sid, "/", "both")
    manager.enter_room(b, "/", "one")
    everybody = {a: "eio-a", b: "eio-b"}
    for room, members in (("both", everybody), (None, everybody), (a, {a: "eio-a"})):
        assert dict(manager.get_participants("/", room)) == members
    assert dict(manager.get_participants("/", ["both", "one"])) == everybody
    assert manager.get_rooms(b, "/") == [b, "both", "one"]


def test_a_viewer_that_left_is_in_no_room() -> None:
    manager, [a, b] = manager_with("eio-a", "eio-b")
    for sid in (a, b):
        manager.enter_room(sid, "/", "both")
    manager.leave_room(a, "/", "both")
    assert manager.get_rooms(a, "/") == [a]
    manager.disconnect(a, "/")
    manager.disconnect(b, "/")
    assert manager.rooms == {}
    assert not manager._rooms_of
