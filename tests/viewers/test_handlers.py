"""The handlers of Socket.IO events."""

from __future__ import annotations

import threading
from unittest.mock import Mock
from uuid import uuid4

import pytest

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.viewers.handlers import Turn, Viewer, Viewers
from webhook_logger.viewers.join import Join


@pytest.mark.parametrize("step", ["update", "enter"])
@pytest.mark.parametrize("is_in_room", [False, True])
def test_a_join_that_fails_unexpectedly_releases_the_role_of_a_new_viewer(
    step: str, is_in_room: bool
) -> None:
    uuid = str(uuid4())
    steps = Mock(**{f"{step}.side_effect": ZeroDivisionError})
    viewers = Viewers(Mock(), steps, steps, Mock(), Mock(), Mock(), max_rooms=1)
    viewer = Viewer("sid", {uuid} if is_in_room else set())
    with pytest.raises(ZeroDivisionError):
        viewers._join(viewer, Join(uuid, respond=True))
    assert steps.release.called is not is_in_room


def test_a_viewer_has_a_lock_only_while_a_message_is_handled() -> None:
    turn, order = Turn(), list[int]()

    def handle_second() -> None:
        with turn:
            order.append(2)

    second = threading.Thread(target=handle_second)
    with turn:
        second.start()
        order.append(1)
    second.join(PATIENCE_SECONDS)
    assert order == [1, 2]
    assert turn._lock is None
