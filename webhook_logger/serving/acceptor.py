"""The accept loop: serve each connection in its own green thread, until it is a viewer's."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address
from typing import Any

import eventlet
from eventlet.semaphore import Semaphore

from webhook_logger.serving.connection import Address, HttpConnection
from webhook_logger.serving.listener import Listener
from webhook_logger.serving.slots import ConnectionSlots
from webhook_logger.serving.sockets import FairSocket, Socket
from webhook_logger.serving.viewer import EndViewer

MAX_CONCURRENT_REJECTIONS = 64
"""Maximum connections over the limit that receive a `503` at the same time. Further ones wait in
the kernel.
"""
ACCEPTED_PER_TURN = 64
"""Maximum connections accepted before other green threads run: `accept` may never have to wait."""


class Acceptor:
    """Accepts connections and tracks the open ones."""

    def __init__(
        self,
        listener: Listener,
        slots: ConnectionSlots,
        connect: Callable[[FairSocket, Address, EndViewer], HttpConnection],
    ) -> None:
        self._listener = listener
        self._slots = slots
        self._connect = connect
        self._room = Semaphore(slots.connections + MAX_CONCURRENT_REJECTIONS)
        self._open: dict[HttpConnection, Any] = {}
        """The open connections and their green threads."""

    def run(self) -> None:
        """Accept connections until the listener closes."""
        accepted = 0
        while True:
            self._room.acquire()
            arrived = self._listener.accept()
            if arrived is None:
                return
            eventlet.spawn_n(self._serve, *arrived)
            accepted += 1
            if accepted % ACCEPTED_PER_TURN == 0:
                eventlet.sleep()

    def adopt(self, sock: FairSocket, received: bytes) -> None:
        """Serve a connection that another worker has accepted, and from which it has read."""
        self._room.acquire()
        try:
            address = sock.getpeername()
        except OSError:  # the client has disconnected
            self._room.release()
            sock.close()
        else:
            eventlet.spawn_n(self._serve, sock, address, received)

    def hand_over(self, hand_over: Callable[[int, bytes], bool]) -> None:
        """Hand over the connections that wait for a request; the others finish their request."""
        for connection, thread in list(self._open.items()):
            # A connection can begin a request, or end, while another one is handed over.
            has_ended = connection not in self._open
            if has_ended or not connection.is_waiting or connection.is_handed_over:
                continue
            descriptor, received = connection.detach()
            eventlet.kill(thread)
            try:
                hand_over(descriptor, received)
            finally:
                os.close(descriptor)

    def close_idle(self) -> None:
        """Close the connections that wait for another request; the others finish their request."""
        for connection in list(self._open):
            connection.close_if_idle()

    def _serve(self, sock: FairSocket, address: Address, received: bytes = b"") -> None:
        connection = None
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain = (_plain(address[0]), *address[1:])
            connection = self._connect(sock, plain, self._end_viewer)
            if received:
                connection.resume(received)
            self._open[connection] = eventlet.getcurrent()
            try:
                self._serve_in_slot(connection)
            finally:
                del self._open[connection]
        except OSError:
            pass  # some systems report here that the client has disconnected
        finally:
            if connection is None or connection.viewer is None:
                self._close(sock, connection is None or not connection.is_handed_over)

    def _serve_in_slot(self, connection: HttpConnection) -> None:
        if not self._slots.acquire():
            connection.reject()
            return
        try:
            connection.serve()
        finally:
            if connection.viewer is None:
                self._slots.release()

    def _end_viewer(self, sock: Socket) -> None:
        self._slots.release_viewer_slot(sock)
        self._slots.release()
        self._close(sock, is_open=True)

    def _close(self, sock: Socket, is_open: bool) -> None:
        """Close a socket, and its connection too unless another worker serves that now."""
        if is_open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        sock.close()
        self._room.release()


def _plain(address: str) -> str:
    """Return an IPv4-mapped IPv6 address as IPv4 (RFC 4291, section 2.5.5.2)."""
    if not address.startswith("::ffff:"):
        return address
    return str(IPv6Address(address).ipv4_mapped or address)
