"""A viewer that stops reading uses bounded memory and does not affect others."""

from __future__ import annotations

from contextlib import ExitStack, suppress

from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.raw_websocket import TEXT, frame
from tests.support.sender import post
from tests.support.viewers import PacketViewer

BODY = b"x" * 200_000
MEBIBYTE = 2**20
CUT_OFF = 'viewers_cut_off_total{reason="slow"}'
MORE_THAN_THE_BUFFERS = 300
"""Number of bodies: the kernel buffers up to 36 MB per connection, the server 6 MiB."""
LESS_THAN_EIGHT_BUFFERS = 230
"""Number of bodies, 46 MB: more than the buffers of one viewer, less than eight times 6 MiB."""


def send_pong(viewer: PacketViewer) -> None:
    """Respond to a ping that the viewer does not read, so that only its buffer disconnects it."""
    with suppress(OSError):  # the server may have disconnected it
        viewer.write_raw(frame(TEXT, b"3"))


def test_a_viewer_that_stops_reading_is_disconnected_and_counts_missed_requests(
    server: Server, uuid: str
) -> None:
    with PacketViewer(server.url, {"uuid": uuid}) as quick:
        quick.event("joined")
        slow = PacketViewer(server.url, {"uuid": uuid})
        position = slow.event("joined")
        before = server.metrics()[CUT_OFF]
        for sent in range(1, MORE_THAN_THE_BUFFERS + 1):
            assert post(server.address, f"/{uuid}", BODY).status == 200
            assert quick.requests(1)[0]["seq"] == sent, "other viewers are not affected"
            if sent % 10 == 0:
                send_pong(slow)
        eventually(lambda: server.metrics()[CUT_OFF] == before + 1)
        seen = position["seq"]
        names = []
        with suppress(OSError):
            while True:
                [(name, payload)] = slow.events(1)
                names.append(name)
                seen = payload["seq"] if name == "request" else seen
        slow.cut_off()
        again = {"uuid": uuid, "epoch": position["epoch"], "seq": seen}
        with PacketViewer(server.url, again) as back:
            assert back.event("joined")["missed"] == sent - seen > 0


def test_a_viewer_in_a_room_of_eight_falls_further_behind_than_one_alone(
    server: Server, uuid: str
) -> None:
    with ExitStack() as stack:
        viewers = [stack.enter_context(PacketViewer(server.url, {"uuid": uuid})) for _ in range(8)]
        for viewer in viewers:
            viewer.event("joined")
        slow, *others = viewers
        before = server.metrics()[CUT_OFF]
        for sent in range(1, LESS_THAN_EIGHT_BUFFERS + 1):
            assert post(server.address, f"/{uuid}", BODY).status == 200
            for other in others:
                assert other.requests(1)[0]["seq"] == sent
            if sent % 10 == 0:
                for viewer in viewers:
                    send_pong(viewer)
        received = [slow.requests(1)[0]["seq"] for _ in range(sent)]
        assert received == list(range(1, sent + 1))
        assert server.metrics()[CUT_OFF] == before


def test_the_buffer_of_a_viewer_is_bounded(uuid: str) -> None:
    with Server() as server, PacketViewer(server.url, {"uuid": uuid}) as slow:
        slow.event("joined")
        for _ in range(10):
            post(server.address, f"/{uuid}", BODY)
        before = peak = server.memory()
        for sent in range(200):
            post(server.address, f"/{uuid}", BODY)
            peak = max(peak, server.memory())
            if sent % 10 == 0:
                send_pong(slow)
        assert peak - before < 8 * MEBIBYTE + len(BODY), "40 MB were sent"
        eventually(lambda: server.metrics()["viewers"] == 0)
        assert server.metrics()[CUT_OFF] == 1


def test_a_slow_viewer_receives_bye_before_it_is_disconnected(uuid: str) -> None:
    def receives_bye() -> bool:
        """Return whether the viewer read `bye` within the 2 seconds that the server waits."""
        with PacketViewer(server.url, {"uuid": uuid}) as slow:
            slow.event("joined")
            for _ in range(100):
                post(server.address, f"/{uuid}", BODY)
            names = []
            with suppress(OSError):
                while True:
                    names.append(slow.events(1)[0][0])
        assert set(names[:-1]) == {"request"}
        return names[-1] == "bye"

    with Server() as server:
        eventually(receives_bye)


def test_an_event_larger_than_the_buffer_does_not_disconnect_a_viewer(uuid: str) -> None:
    large = b"x" * 20 * MEBIBYTE
    with Server(MAX_BODY_BYTES=len(large)) as server:
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            for _ in range(2):
                assert post(server.address, f"/{uuid}", large).status == 200
                assert viewer.requests(1)[0]["body"]["content"] == large.decode()
