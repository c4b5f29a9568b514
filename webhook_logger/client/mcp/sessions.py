"""The sessions of an MCP server: one for stdio, one for each client over HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from webhook_logger.client.errors import Invalid
from webhook_logger.client.mcp.agent_session import AgentSession
from webhook_logger.client.mcp.watching import Watched

MAX_SESSIONS = 64
"""Maximum sessions over HTTP."""
SHARED_BYTES = 16 * 2**20
"""Maximum bytes of the requests of one session over HTTP."""
IDLE_SECONDS = 3600.0
"""Seconds without a call after which a session over HTTP ends."""
SWEEP_SECONDS = 60.0

_ONLY = "only"


@dataclass
class Sessions:
    """Finds the session of a call.

    Clients of the protocol's older versions name their session in each HTTP request. Newer versions
    have no sessions: there, each callback has its own session, and any client that knows its id may
    use it. An id can't be guessed.
    """

    new: Callable[[], AgentSession]
    is_shared: bool
    """Whether several clients use this process."""
    _sessions: dict[str, AgentSession] = field(default_factory=dict, init=False)

    def of_call(self, key: str | None, callback: str = "") -> AgentSession:
        """Return the session of a call. `key` names it, if the client has one. Raises `Invalid`."""
        name = self._name(key, callback)
        if name in self._sessions:
            session = self._sessions[name]
        elif key or not self.is_shared:
            session = self._sessions[name] = self._begin()
        else:
            raise Invalid(
                "There is no callback with this id. Pass the id that create_callback returned."
                if callback
                else "This connection has no session that remembers callbacks. Pass the id that "
                "create_callback returned."
            )
        session.last_used = time.monotonic()
        return session

    def existing(self, key: str | None, callback: str) -> AgentSession | None:
        """Return the session of a call, if there is one."""
        return self._sessions.get(self._name(key, callback))

    def for_new_callback(self, key: str | None) -> AgentSession:
        """Return the session in which a callback is created. Raises `Invalid`."""
        return self.of_call(key) if key or not self.is_shared else self._begin()

    def remember(self, key: str | None, session: AgentSession, watched: Watched) -> None:
        """Keep a session without a key, under the id of its callback."""
        self._sessions[self._name(key, watched.id)] = session

    def _name(self, key: str | None, callback: str) -> str:
        if not self.is_shared:
            return _ONLY
        return f"session {key}" if key else f"callback {callback}"

    def _begin(self) -> AgentSession:
        if len(self._sessions) >= MAX_SESSIONS:
            raise Invalid(
                f"All {MAX_SESSIONS} sessions of this MCP server are in use. Close a callback that "
                "is no longer needed, or try again later."
            )
        session = self.new()
        session.last_used = time.monotonic()
        return session

    async def end(self, key: str | None, callback: str = "") -> None:
        """End the session of a client, and free what it has."""
        await self._end(self._name(key, callback))

    async def end_if_empty(self, key: str | None, session: AgentSession, callback: str) -> None:
        """Free the place of a session without a key when its callback is closed."""
        if not key and self.is_shared and not session.callbacks:
            await self.end(key, callback)

    async def _end(self, name: str) -> None:
        session = self._sessions.pop(name, None)
        if session:
            await session.close()

    async def sweep(self) -> None:
        """End idle sessions again and again, if there can be several."""
        while self.is_shared:
            await asyncio.sleep(SWEEP_SECONDS)
            await self.end_idle(time.monotonic() - IDLE_SECONDS)

    async def end_idle(self, since: float) -> None:
        """End the sessions that were last used before `since`."""
        for name in [name for name, each in self._sessions.items() if each.last_used < since]:
            await self._end(name)

    async def close(self) -> None:
        """End all sessions."""
        await asyncio.gather(*map(self._end, list(self._sessions)))
