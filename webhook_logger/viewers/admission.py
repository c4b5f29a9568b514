"""Admission: how many viewers this worker has, and how much each may send."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from engineio.packet import MESSAGE, Packet

from webhook_logger.metrics import Ending, Metrics
from webhook_logger.rates import Rates
from webhook_logger.viewers.transport import (
    Engine,
    Session,
    cut_off,
    send_away,
    when_it_should_be_connected,
)

SILENT_SECONDS = 5.0
"""How long a viewer over the limit may stay silent before it is cut off."""

DISCONNECT = "1"
"""The packet type in Socket.IO."""

Environ = dict[str, Any]


@dataclass(frozen=True)
class ViewerLimits:
    """Limits of viewers; 0 viewers or messages mean any number."""

    viewers: int
    viewers_per_address: int
    messages_per_second: int
    """Of one viewer, as all below."""
    message_bytes: int
    queue_bytes: int
    """Maximum bytes that wait for a slow viewer."""
    rooms: int


class Admission:
    """Stands between Engine.IO and Socket.IO, and keeps viewers over the limit from Socket.IO.

    Such a viewer connects only to receive the reason why it is cut off, on either transport.
    """

    def __init__(
        self,
        engineio: Engine,
        limits: ViewerLimits,
        metrics: Metrics,
        is_connected: Callable[[str], bool],
    ) -> None:
        self._engineio = engineio
        self._is_connected = is_connected
        """Whether Socket.IO has accepted the CONNECT of an Engine.IO session."""
        self._limits = limits
        self._metrics = metrics
        self._max_viewers: float = limits.viewers or math.inf
        self._messages = Rates(limits.messages_per_second, 1.0)
        self._over: dict[str, bool] = {}
        """Viewers over the limit, and whether they have received the reason."""
        self._viewers = 0
        self._counts: Counter[str] = Counter()
        """Viewers of each address, where that is limited."""
        self._addresses: dict[str, str] = {}
        self._expected: set[str] = set()
        """Sessions whose time to connect runs."""
        self.draining = False
        """Whether the worker cuts all its viewers off."""
        self._take_over()

    def _take_over(self) -> None:
        engineio = self._engineio
        self._socketio = dict(engineio.handlers)
        for name in self._socketio:
            engineio.on(name, getattr(self, f"_on_{name}"))

    def limit_viewers(self, maximum: int) -> None:
        """Lower the maximum number of viewers to what this machine has room for."""
        self._max_viewers = min(self._max_viewers, maximum)

    def _on_connect(self, eio_sid: str, environ: Environ) -> Any:
        address = environ.get("REMOTE_ADDR", "")
        if self._is_full(address):
            self._over[eio_sid] = False
            self._metrics.viewers_turned_away += 1
            self._engineio.start_background_task(self._give_up, eio_sid)
            return None
        self._viewers += 1
        if self._limits.viewers_per_address:
            self._counts[address] += 1
            self._addresses[eio_sid] = address
        self._expect_connect(eio_sid)
        return self._socketio["connect"](eio_sid, environ)

    def _expect_connect(self, eio_sid: str) -> None:
        """Cut a session off unless it connects in time: pongs alone would keep it open."""
        if eio_sid not in self._expected:
            self._expected.add(eio_sid)
            when_it_should_be_connected(partial(self._check_connected, eio_sid))

    def _check_connected(self, eio_sid: str) -> None:
        self._expected.discard(eio_sid)
        socket = self._engineio.sockets.get(eio_sid)
        if socket and not socket.closed and not self._is_connected(eio_sid):
            cut_off(socket, Ending.NOT_CONNECTED)

    def _is_full(self, address: str) -> bool:
        most = self._limits.viewers_per_address or math.inf
        return self._viewers >= self._max_viewers or self._counts[address] >= most

    def _on_message(self, eio_sid: str, data: Any) -> None:
        if eio_sid in self._over:
            self._turn_away(eio_sid)
            return
        # The frames of a WebSocket have been counted before.
        socket = self._engineio.sockets.get(eio_sid)
        if socket and (socket.upgraded or self.may_speak(socket)) and _is_plain(data):
            self._socketio["message"](eio_sid, data)
            if data.startswith(DISCONNECT):
                self._expect_connect(eio_sid)

    def may_speak(self, socket: Session) -> bool:
        """Wait until one more frame or message of a viewer may be handled; nothing more is read
        from it meanwhile. False when the viewer is gone.
        """
        while seconds := self._messages.take(socket.sid):
            if socket.closed:
                return False
            # Its pong may be among the waiting frames. Engine.IO would end the session so that
            # clients do not reconnect.
            if socket.last_ping and _age(socket.last_ping) + seconds >= self._engineio.ping_timeout:
                send_away(socket)
                return False
            time.sleep(seconds)
        return True

    def _on_disconnect(self, eio_sid: str, reason: str) -> None:
        if eio_sid in self._over:
            del self._over[eio_sid]
            return
        if ending := self._ending(eio_sid, reason):
            self._metrics.viewers_cut_off[ending] += 1
        self._viewers -= 1
        if address := self._addresses.pop(eio_sid, ""):
            self._counts[address] -= 1
            if not self._counts[address]:
                del self._counts[address]
        self._socketio["disconnect"](eio_sid, reason)

    def _ending(self, eio_sid: str, reason: str) -> Ending | None:
        """Return why the viewer is cut off; None where the viewer leaves by itself."""
        if reason == self._engineio.reason.PING_TIMEOUT:
            return Ending.PING_TIMEOUT
        socket = self._engineio.sockets.get(eio_sid)
        ending: Ending | None = socket.queue.ending if socket else None
        return ending or (Ending.DRAINING if self.draining else None)

    def _give_up(self, eio_sid: str) -> None:
        time.sleep(SILENT_SECONDS)
        if eio_sid in self._over:
            self._turn_away(eio_sid)

    def _turn_away(self, eio_sid: str) -> None:
        socket = self._engineio.sockets.get(eio_sid)
        if socket and not self._over[eio_sid]:
            self._over[eio_sid] = True
            # Acknowledge CONNECT as Socket.IO does: clients handle no event before.
            socket.queue.put(Packet(MESSAGE, f'0{{"sid":"{eio_sid}"}}'))
            send_away(socket)


def _age(moment: float) -> float:
    return time.time() - moment


def _is_plain(data: Any) -> bool:
    """Whether a message has no attachments, of which Socket.IO collects any number."""
    return isinstance(data, str) and not data.startswith(("5", "6"))
