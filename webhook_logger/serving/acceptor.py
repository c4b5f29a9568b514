"""The accept loop: each connection is served by a green thread of its own."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address

import eventlet
from eventlet.semaphore import Semaphore

from webhook_logger.serving.connection import Address, HttpConnection
from webhook_logger.serving.listener import Listener
from webhook_logger.serving.places import Places

TURNED_AWAY_AT_ONCE = 64
"""Maximum connections over the limit that receive a `503` at a time. More of them wait in the
kernel.
"""
ACCEPTED_A_TURN = 64
"""Maximum connections accepted before others run: `accept` does not wait while there are more."""


class Acceptor:
    """Accepts connections, and knows those that are open."""

    def __init__(
        self,
        listener: Listener,
        places: Places,
        connect: Callable[[socket.socket, Address], HttpConnection],
    ) -> None:
        self._listener = listener
        self._places = places
        self._connect = connect
        self._room = Semaphore(places.connections + TURNED_AWAY_AT_ONCE)
        self._open: set[HttpConnection] = set()

    def run(self) -> None:
        """Accept until the listener is closed, or until this green thread is killed."""
        accepted = 0
        while True:
            self._room.acquire()
            arrived = self._listener.accept()
            if arrived is None:
                return
            eventlet.spawn_n(self._serve, *arrived)
            accepted += 1
            if accepted % ACCEPTED_A_TURN == 0:
                eventlet.sleep()

    def close_idle(self) -> None:
        """End the connections that wait for another request. All others are finished first."""
        for connection in list(self._open):
            connection.close_if_idle()

    def _serve(self, sock: socket.socket, address: Address) -> None:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = self._connect(sock, (_plain(address[0]), *address[1:]))
            self._open.add(connection)
            try:
                self._serve_in_its_place(connection)
            finally:
                self._open.discard(connection)
        except OSError:
            pass  # some systems report here that the other side has gone
        finally:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
            self._room.release()

    def _serve_in_its_place(self, connection: HttpConnection) -> None:
        if not self._places.take():
            connection.turn_away()
            return
        try:
            connection.serve()
        finally:
            self._places.give_back()


def _plain(address: str) -> str:
    """Return an IPv4 address as such, and not as an IPv6 socket shows it (RFC 4291, 2.5.5.2)."""
    if not address.startswith("::ffff:"):
        return address
    return str(IPv6Address(address).ipv4_mapped or address)
