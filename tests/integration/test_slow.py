"""A viewer that reads nothing: it costs a bounded amount of memory, and nobody else notices."""

from __future__ import annotations

from contextlib import suppress

from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.sender import post
from tests.support.viewers import PacketViewer

BODY = b"x" * 200_000
MEBIBYTE = 2**20
CUT_OFF = 'viewers_cut_off_total{reason="slow"}'
MORE_THAN_KERNEL_AND_SERVER_HOLD = 300
"""Bodies: the kernel holds up to 36 MB for a connection, the server 6 MiB."""


def test_a_viewer_that_reads_nothing_is_cut_off_and_learns_what_it_missed(
    server: Server, uuid: str
) -> None:
    with PacketViewer(server.url, {"uuid": uuid}) as quick:
        quick.event("joined")
        slow = PacketViewer(server.url, {"uuid": uuid})
        position = slow.event("joined")
        before = server.metrics()[CUT_OFF]
        for sent in range(1, MORE_THAN_KERNEL_AND_SERVER_HOLD + 1):
            assert post(server.address, f"/{uuid}", BODY).status == 200
            assert quick.requests(1)[0]["seq"] == sent, "others notice nothing"
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


def test_what_waits_for_a_viewer_is_bounded(uuid: str) -> None:
    with Server() as server, PacketViewer(server.url, {"uuid": uuid}) as slow:
        slow.event("joined")
        for _ in range(10):
            post(server.address, f"/{uuid}", BODY)
        before = most = server.memory()
        for _ in range(200):
            post(server.address, f"/{uuid}", BODY)
            most = max(most, server.memory())
        assert most - before < 8 * MEBIBYTE + len(BODY), "40 MB were sent"
        eventually(lambda: server.metrics()["viewers"] == 0)
        assert server.metrics()[CUT_OFF] == 1


def test_a_viewer_that_was_cut_off_for_being_slow_hears_why(uuid: str) -> None:
    def hears_why() -> bool:
        """Whether it read on in time: the server waits for 2 seconds, and machines may be busy."""
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
        eventually(hears_why)


def test_an_event_larger_than_what_may_wait_is_no_reason_to_be_cut_off(uuid: str) -> None:
    large = b"x" * 20 * MEBIBYTE
    with Server(MAX_BODY_BYTES=len(large)) as server:
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            for _ in range(2):
                assert post(server.address, f"/{uuid}", large).status == 200
                assert viewer.requests(1)[0]["body"]["content"] == large.decode()
