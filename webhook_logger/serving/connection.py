"""Serve one connection: read a request, send its response, and repeat until either side closes."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import HTTPException

from webhook_logger.errors import Reason, Refusal, reason_of
from webhook_logger.serving import head as heads
from webhook_logger.serving.body import RequestBody
from webhook_logger.serving.deadlines import SenderTooSlow
from webhook_logger.serving.debug_log import DebugLog
from webhook_logger.serving.limits import DEFAULT, ConnectionLimits
from webhook_logger.serving.response import Response
from webhook_logger.serving.slots import ConnectionSlots
from webhook_logger.serving.sockets import Socket
from webhook_logger.serving.viewer import EndViewer, ViewerConnection
from webhook_logger.serving.wire import Wire

RETRY_AFTER_SECONDS = 5
SEARCHED_BYTES = 512
"""Maximum bytes of a refused request line that are searched for its target."""
LINGER_SECONDS = 5
"""Time that a sender has to read the last response. Data that it still sends is discarded."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Address = tuple[Any, ...]

log = logging.getLogger(__name__)


class Router(Protocol):
    """Hands over connections whose request belongs to another worker."""

    stream_path: str
    """The path of the requests that can belong to another worker."""

    def route(self, target: str, sock: Socket, received: bytearray) -> bool:
        """Return whether the connection is handed over, with everything that was received."""


_ENVIRON_DEFAULTS = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": DebugLog(),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


class HttpConnection:
    """One TCP connection, served by `application` until it ends or becomes a viewer's."""

    def __init__(
        self,
        sock: Socket,
        address: Address,
        application: Application,
        slots: ConnectionSlots,
        end_viewer: EndViewer,
        limits: ConnectionLimits = DEFAULT,
        refused: Callable[[str, Reason], None] = lambda _line, _reason: None,
        router: Router | None = None,
    ) -> None:
        self._socket = sock
        self._application = application
        self._slots = slots
        self._end_viewer = end_viewer
        self._limits = limits
        self._refused = refused
        self._router = router
        self._wire = Wire(sock)
        self._address = address
        server = sock.getsockname()
        self._server_name, self._server_port = str(server[0]), str(server[1])
        self.is_idle = False
        """Whether the connection waits for another request."""
        self._is_closing = False
        self.is_waiting = True
        """Whether the connection waits for a request, the first one included."""
        self.is_handed_over = False
        """Whether another worker serves the connection now, so that it must not be shut down."""
        self.viewer: ViewerConnection | None = None
        """The viewer whose transport owns the connection now, and closes it."""

    def serve(self) -> None:
        """Serve requests one after the other until the connection ends or becomes a viewer's.

        The caller closes a connection that has ended.
        """
        try:
            while self._serve_one():
                self.is_idle = self.is_waiting = True
        except OSError:
            pass  # the client has closed, or does not read its response
        finally:
            self._wire.close()

    def reject(self) -> None:
        """Send `503` without reading a request. The caller closes the socket."""
        self.is_waiting = False
        full = Refusal(Reason.TOO_MANY_CONNECTIONS, retry_after=RETRY_AFTER_SECONDS)
        try:
            self.refuse(full)
        except OSError:
            pass  # the client has closed
        finally:
            self._wire.close()

    def close_if_idle(self) -> None:
        """Close the connection if it waits for another request, which is then never read."""
        if self.is_idle:
            self._is_closing = True
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def resume(self, received: bytes) -> None:
        """Begin with bytes that another worker has read from this connection."""
        self._wire.received += received

    def detach(self) -> tuple[int, bytes]:
        """Return a new descriptor of the connection and the bytes that it has received.

        The caller ends this object's thread at once, and hands the connection over.
        """
        self.is_handed_over = True
        return os.dup(self._socket.fileno()), bytes(self._wire.received)

    def _serve_one(self) -> bool:
        """Serve the next request, and return whether another one can follow."""
        if not self._wait_for_request() or self._is_closing:
            return False
        self.is_idle = self.is_waiting = False
        self._slots.begin_request()
        try:
            return self.serve_request()
        finally:
            if self.viewer is None:
                self._slots.end_request()

    def _begin_viewer(self) -> ViewerConnection:
        """Let a viewer's transport own the connection. Raises `Refusal`."""
        self._slots.acquire_viewer_slot(self._socket)
        self.viewer = ViewerConnection(self._socket, self._end_viewer)
        return self.viewer

    def serve_request(self) -> bool:
        """Serve the request that has begun to arrive. Return whether another one can follow."""
        try:
            head = self._read_head()
        except Refusal as error:
            return self.refuse(error)
        if head is None:
            return False
        body = RequestBody(self._wire, head, self._begin_viewer)
        self._wire.set_timeout(self._limits.body_seconds)
        response = self.respond(head, body)
        if response is None:
            return False
        can_stay = head.keep_alive and body.done and not self._slots.last_responses
        sent, keep_alive = response.render(head.method, can_stay)
        self._wire.send(sent)
        return keep_alive or self._linger(body.done)

    def _read_head(self) -> heads.Head | None:
        """Return the next head, or None if the client closes before the end of the head, or if
        another worker serves the connection from now on.
        """
        self._wire.set_timeout(self._limits.head_seconds)
        seen = 0
        while (end := heads.find_end(self._wire.received, seen, self._limits)) is None:
            seen = len(self._wire.received)
            if not self._wire.receive():
                return None
        head = heads.parse(bytes(self._wire.received[:end]), self._limits)
        router = self._router
        if (
            router is not None
            and head.target.startswith(router.stream_path)
            and router.route(head.target, self._socket, self._wire.received)
        ):
            self.is_handed_over = True
            return None
        del self._wire.received[:end]  # not before: `refuse` reads the refused head again
        return head

    def _wait_for_request(self) -> bool:
        """Wait for the next request; return False if the client closes or is idle for too long."""
        self._wire.set_timeout(self._limits.keep_alive_seconds)
        try:
            while not self._wire.received or self._wire.received == b"\r":
                if not self._wire.receive(later=True):
                    return False
        except SenderTooSlow:
            return False
        # RFC 9112, section 2.2: ignore an empty line before the request line.
        if self._wire.received.startswith(b"\r\n"):
            self._wire.take(2)
        return True

    def respond(self, head: heads.Head, body: RequestBody) -> Response | None:
        """Return the application's response, or None if the socket is now a viewer's."""
        response = Response()
        try:
            response.write(self._application(self.make_environ(head, body), response))
            if not response.begun and not body.handed_over:
                raise RuntimeError("The application returned without calling start_response.")
        except HTTPException as error:
            self._refused(head.target, reason_of(error))
            response = Response.of_error(error)
        except Exception:
            log.exception("The application failed.")
            if self.viewer is not None:
                self.viewer.close()
            self._refused(head.target, Reason.INTERNAL_ERROR)
            response = Response.of_error(Refusal(Reason.INTERNAL_ERROR))
        return response if self.viewer is None else None

    def make_environ(self, head: heads.Head, body: RequestBody) -> dict[str, Any]:
        """Return the environ of the request (PEP 3333), with its raw head."""
        path, _, query_string = head.target.partition("?")
        environ = {
            **_ENVIRON_DEFAULTS,
            "SERVER_NAME": self._server_name,
            "SERVER_PORT": self._server_port,
            "REMOTE_ADDR": self._address[0],
            "REQUEST_METHOD": head.method,
            "PATH_INFO": _unquoted(path) if "%" in path else path,
            "QUERY_STRING": query_string,
            "RAW_URI": head.target,
            "SERVER_PROTOCOL": "HTTP/" + head.http_version,
            "headers_raw": head.headers,
            "trailers_raw": body.trailers,
            "wsgi.input": body,
            "wsgi.input_terminated": head.chunked,
            "eventlet.input": body,
            **head.variables,
        }
        if not head.upgrades:
            environ.pop("HTTP_UPGRADE", None)
        return environ

    def refuse(self, error: Refusal) -> bool:
        """Respond to a request without a valid head, and end the connection. Return False."""
        line = bytes(self._wire.received[:SEARCHED_BYTES]).lstrip().partition(b"\n")[0]
        self._refused(line.decode("latin-1"), error.reason)
        sent, _ = Response.of_error(error).render("GET", keep_alive=False)
        self._wire.send(sent)
        return self._linger(False)

    def _linger(self, all_read: bool) -> bool:
        """Read until the client closes, so that it can read its response. Return False.

        Closing a socket with unread bytes resets the connection, and the client loses the part of
        the response that it has not read yet (RFC 9112, section 9.6).
        """
        if not all_read or self._wire.received:
            self._socket.shutdown(socket.SHUT_WR)
            self._wire.set_timeout(LINGER_SECONDS)
            try:
                while self._wire.receive():
                    self._wire.received.clear()
            except SenderTooSlow:
                pass
        return False


def _unquoted(path: str) -> str:
    """Decode percent-escapes to Latin-1; `unquote` would decode them as UTF-8."""
    return unquote_to_bytes(path.encode("latin-1")).decode("latin-1")
