"""Admission: limit the viewers of this worker, and the rate of their messages.

Viewers with a blocked address are not admitted either, so they take no place from others.
"""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from engineio.packet import MESSAGE, NOOP, Packet

from webhook_logger.errors import Reason, Refusal, message_of
from webhook_logger.memo import Memo
from webhook_logger.metrics import Ending, Metrics
from webhook_logger.rates import Rates
from webhook_logger.viewers.transport import (
    Engine,
    Session,
    after_connect_timeout,
    disconnect,
    disconnect_after,
    disconnect_over_limit,
    draining,
)

SILENT_SECONDS = 5.0
"""Time without a message after which a viewer over the limit is disconnected."""

MAX_BLOCKED = 64
"""Maximum viewers with a blocked address at a time. Others cannot open a session."""

CONNECT, DISCONNECT, CONNECT_ERROR = "0", "1", "4"
"""Socket.IO's packet types."""

Environ = dict[str, Any]

KEPT = (
    *("flask.app", "wsgi.url_scheme", "PATH_INFO"),
    *("REMOTE_ADDR", "HTTP_HOST", "HTTP_ORIGIN"),
)
"""The keys that Flask and the handlers read. Socket.IO keeps the environ of each session."""


@dataclass(frozen=True)
class ViewerLimits:
    """Limits of viewers; 0 viewers or messages mean no limit."""

    viewers: int
    viewers_per_address: int
    messages_per_second: int
    """Per viewer, like the following limits."""
    message_bytes: int
    queue_bytes: int
    """Maximum bytes buffered for a slow viewer."""
    rooms: int


@dataclass
class NotAdmitted:
    """A viewer that is not admitted."""

    is_blocked: bool
    """Whether its address is blocked. If not, it is over a limit."""
    knows_reason: bool = False


class Admission:
    """Wraps Socket.IO's handlers of Engine.IO events. They do not see viewers that are blocked or
    over the limit.

    Such a viewer can connect with either transport, but only receives the reason for its
    disconnection.
    """

    def __init__(
        self,
        engineio: Engine,
        limits: ViewerLimits,
        metrics: Metrics,
        is_connected: Callable[[str], bool],
        is_replaced: Callable[[str], bool] = lambda _eio_sid: False,
        is_blocked: Callable[[str], bool] = lambda _address: False,
    ) -> None:
        self._engineio = engineio
        self._is_connected = is_connected
        """Returns whether Socket.IO has accepted the CONNECT of an Engine.IO session."""
        self._is_replaced = is_replaced
        """Returns whether another viewer replaces the viewer of an Engine.IO session."""
        self._is_blocked = is_blocked
        """Returns whether the operator blocks an address."""
        self._limits = limits
        self._metrics = metrics
        self._max_viewers: float = limits.viewers or math.inf
        self._messages = Rates(limits.messages_per_second, 1.0)
        self._rejected: dict[str, NotAdmitted] = {}
        self._blocked = 0
        """Number of rejected viewers whose address is blocked."""
        self.viewers = 0
        """Number of admitted Engine.IO sessions."""
        self._counts: Counter[str] = Counter()
        """Viewers of each address, if they are limited."""
        self._addresses: dict[str, str] = {}
        self._expected: set[str] = set()
        """Sessions that must send a CONNECT in time."""
        self._draining_until: float | None = None
        """Until when a draining worker serves its viewers, on the monotonic clock."""
        self._is_disconnecting = False
        """Whether the worker disconnects all its viewers."""
        self._replace_handlers()

    def _replace_handlers(self) -> None:
        engineio = self._engineio
        self._socketio = dict(engineio.handlers)
        for name in self._socketio:
            engineio.on(name, getattr(self, f"_on_{name}"))

    def limit_viewers(self, maximum: int) -> None:
        """Lower the maximum number of viewers to this one."""
        self._max_viewers = min(self._max_viewers, maximum)

    @property
    def max_viewers(self) -> float:
        """Return the maximum number of viewers."""
        return self._max_viewers

    @property
    def is_draining(self) -> bool:
        """Return whether new sessions are refused."""
        return self._draining_until is not None

    def check_new(self, address: str) -> None:
        """Raise `Refusal` if no viewer with this address can open a session."""
        if self.is_draining:
            raise Refusal(Reason.DRAINING, retry_after=1)
        if self._blocked >= MAX_BLOCKED and self._is_blocked(address):
            raise Refusal(Reason.BLOCKED)

    def drain(self, seconds: float) -> None:
        """Refuse new sessions, and notify the viewers that they are served for `seconds`."""
        self._draining_until = time.monotonic() + seconds
        bye = draining(seconds)
        for eio_sid, socket in tuple(self._engineio.sockets.items()):
            if self._is_connected(eio_sid):
                socket.queue.put(bye)

    def begin_disconnecting(self) -> None:
        """Count viewers that leave from now on as disconnected, and end the polls in progress."""
        self._is_disconnecting = True
        for socket in tuple(self._engineio.sockets.values()):
            if not socket.upgraded:
                socket.queue.put(Packet(NOOP))

    def _on_connect(self, eio_sid: str, environ: Environ) -> Any:
        address = environ.get("REMOTE_ADDR", "")
        is_blocked = self._is_blocked(address)
        if is_blocked or self._is_full(address):
            self._rejected[eio_sid] = NotAdmitted(is_blocked)
            self._blocked += is_blocked
            self._metrics.viewers_turned_away += not is_blocked
            self._engineio.start_background_task(self._reject_if_silent, eio_sid)
            return None
        self.viewers += 1
        if self._limits.viewers_per_address:
            self._counts[address] += 1
            self._addresses[eio_sid] = address
        self._expect_connect(eio_sid)
        return self._socketio["connect"](eio_sid, _kept(environ))

    def _expect_connect(self, eio_sid: str) -> None:
        """Disconnect a session that does not connect in time: pongs alone would keep it open."""
        if eio_sid not in self._expected:
            self._expected.add(eio_sid)
            after_connect_timeout(partial(self._check_connected, eio_sid))

    def _check_connected(self, eio_sid: str) -> None:
        self._expected.discard(eio_sid)
        socket = self._engineio.sockets.get(eio_sid)
        if socket and not socket.closed and not self._is_connected(eio_sid):
            disconnect(socket, Ending.NOT_CONNECTED)

    def _is_full(self, address: str) -> bool:
        max_per_address = self._limits.viewers_per_address or math.inf
        return self.viewers >= self._max_viewers or self._counts[address] >= max_per_address

    def _on_message(self, eio_sid: str, data: Any) -> None:
        if eio_sid in self._rejected:
            self._reject(eio_sid)
            return
        # The WebSocket has already counted its frames.
        socket = self._engineio.sockets.get(eio_sid)
        if socket and (socket.upgraded or self.allow_message(socket)) and _is_plain(data):
            self._socketio["message"](eio_sid, data)
            if self._draining_until is not None and data.startswith(CONNECT):
                self._notify_late(self._draining_until, socket)
            if data.startswith(DISCONNECT):
                self._expect_connect(eio_sid)

    def count_message(self, socket: Session) -> float:
        """Count one frame or message and return 0, or return the seconds until one is allowed."""
        return self._messages.take(socket.sid)

    def allow_message(self, socket: Session) -> bool:
        """Wait until the rate allows one more frame or message of a viewer; read none meanwhile.

        Return False if the viewer has left.
        """
        while seconds := self.count_message(socket):
            if socket.closed:
                return False
            # The waiting frames may include the pong. After a ping timeout, Engine.IO would end the
            # session in a way that stops clients from reconnecting.
            if socket.last_ping and _age(socket.last_ping) + seconds >= self._engineio.ping_timeout:
                disconnect_over_limit(socket)
                return False
            time.sleep(seconds)
        return True

    def _notify_late(self, draining_until: float, socket: Session) -> None:
        """Notify a viewer whose CONNECT arrived after the others were notified."""
        if self._is_connected(socket.sid):
            socket.queue.put(draining(max(0.0, draining_until - time.monotonic())))

    def _on_disconnect(self, eio_sid: str, reason: str) -> None:
        if eio_sid in self._rejected:
            self._blocked -= self._rejected.pop(eio_sid).is_blocked
            return
        if ending := self._ending(eio_sid, reason):
            self._metrics.viewers_cut_off[ending] += 1
        self.viewers -= 1
        if address := self._addresses.pop(eio_sid, ""):
            self._counts[address] -= 1
            if not self._counts[address]:
                del self._counts[address]
        self._socketio["disconnect"](eio_sid, reason)

    def _ending(self, eio_sid: str, reason: str) -> Ending | None:
        """Return why the viewer is disconnected; None if it leaves by itself."""
        if reason == self._engineio.reason.PING_TIMEOUT:
            return Ending.PING_TIMEOUT
        socket = self._engineio.sockets.get(eio_sid)
        ending: Ending | None = socket.queue.ending if socket else None
        if ending or not self._is_disconnecting or self._is_replaced(eio_sid):
            return ending
        return Ending.DRAINING

    def _reject_if_silent(self, eio_sid: str) -> None:
        time.sleep(SILENT_SECONDS)
        if eio_sid in self._rejected:
            self._reject(eio_sid)

    def _reject(self, eio_sid: str) -> None:
        socket = self._engineio.sockets.get(eio_sid)
        rejected = self._rejected[eio_sid]
        if not socket or rejected.knows_reason:
            return
        rejected.knows_reason = True
        if rejected.is_blocked:
            disconnect_after(socket, _connect_error(Refusal(Reason.BLOCKED)), Ending.BLOCKED)
        else:
            # Acknowledge the CONNECT, as Socket.IO does: clients handle no events before that.
            socket.queue.put(Packet(MESSAGE, f'0{{"sid":"{eio_sid}"}}'))
            disconnect_over_limit(socket)


def _connect_error(refusal: Refusal) -> Packet:
    """Return a CONNECT_ERROR of Socket.IO."""
    fields = {"message": message_of(refusal), "data": {"reason": refusal.reason.word}}
    return Packet(MESSAGE, f"{CONNECT_ERROR}{json.dumps(fields)}")


def _kept(environ: Environ) -> Environ:
    """Return the part of an environ that is needed after the request. Equal texts are shared."""
    kept = {key: environ[key] for key in KEPT if key in environ}
    return {key: _SHARED[it] if type(it) is str else it for key, it in kept.items()}


# Not interned: some versions of Python 3.12 never free interned strings, and viewers choose these.
_SHARED: Memo[str, str] = Memo(lambda text: text, entries=1024, size=256)


def _age(moment: float) -> float:
    return time.time() - moment


def _is_plain(data: Any) -> bool:
    """Return whether a message has no attachments: Socket.IO would buffer any number of them."""
    return isinstance(data, str) and not data.startswith(("5", "6"))
