"""The callbacks of one agent, with limits for all of them together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from webhook_logger.client.address import Address
from webhook_logger.client.aio import AsyncInbox
from webhook_logger.client.api import Api
from webhook_logger.client.config.remembered import server_id
from webhook_logger.client.errors import Closed, Invalid
from webhook_logger.client.mcp.threads import in_thread
from webhook_logger.client.mcp.watching import Received, Watched

MAX_CALLBACKS = 20
"""Maximum callbacks of one session."""
MAX_REQUESTS = 1000
MAX_BYTES = 64 * 2**20
"""Maximum requests of one session, and of their bodies and header lines. The oldest are dropped."""
SERVER_SECONDS = 10.0
"""Maximum seconds until a new callback is live, and for a change of its reply."""
_MAX_EXPORTS = 4
"""Maximum HAR exports of one session that are kept."""


@dataclass(slots=True)
class Export:
    """A HAR export, which a resource shows."""

    number: int
    text: str


@dataclass
class AgentSession:
    """The callbacks of one agent, and the requests that they received."""

    server: str
    """The URL of the webhook logger, or the link of a callback."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Header lines for this server only."""
    project: Callable[[], Address] | None = None
    """Returns the callback that other commands use without a link; it may read and write files.
    Without it, that is the callback of `server`."""
    max_requests: int = MAX_REQUESTS
    max_bytes: int = MAX_BYTES
    callbacks: dict[str, Watched] = field(default_factory=dict, init=False)
    exports: list[Export] = field(default_factory=list, init=False)
    home: Address = field(init=False, repr=False)
    """The address of the server, with the headers for it."""
    last_used: float = field(default=0.0, init=False)
    is_closed: bool = field(default=False, init=False)
    _kept: list[tuple[Watched, Received]] = field(default_factory=list, init=False)
    _bytes: int = field(default=0, init=False)
    _exported: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.home = Address.of(self.server, self.headers)

    async def create(self) -> Watched:
        """Create a private callback, and watch it. Raises a `ClientError`."""
        headers = dict(self.home.headers)
        return await self._watch(Address.of(self.home.base, headers), is_own=True)

    async def watch(self, link: str) -> Watched:
        """Watch an existing callback of the same server. Raises a `ClientError`."""
        if not Address.names_callback(link):
            raise Invalid("This is not the link of a callback. Use create_callback for a new one.")
        found = Address.of(link)
        if server_id(found.base) != server_id(self.home.base):
            raise Invalid(
                f"This link belongs to another server. This MCP server uses {self.home.base}."
            )
        # The headers are for this spelling of the server only.
        address = replace(self.home, uuid=found.uuid, key=found.key)
        return await self._watch(address, is_own=found.uuid == self.home.uuid)

    async def watch_project(self) -> Watched:
        """Watch the callback that other commands use without a link. Raises a `ClientError`."""
        address = await in_thread(self.project) if self.project else self.home
        return await self._watch(address, is_own=True)

    async def _watch(self, address: Address, *, is_own: bool) -> Watched:
        same = (each for each in self.callbacks.values() if each.inbox.uuid == address.uuid)
        watched = next(same, None) or await self._open(address)
        watched.is_own = watched.is_own or is_own
        return watched

    async def _open(self, address: Address) -> Watched:
        if len(self.callbacks) >= MAX_CALLBACKS:
            raise Invalid(
                f"This session has {MAX_CALLBACKS} callbacks already. Use close_callback first."
            )
        headers = dict(address.headers)
        inbox = await AsyncInbox(address.view_url, timeout=SERVER_SECONDS, headers=headers).open()
        if self.is_closed:
            await inbox.close()
            raise Closed("The session has ended.")
        api = Api(Address.of(inbox.view_url, headers), None, SERVER_SECONDS)
        watched = Watched(inbox, api, lambda received: self._keep(watched, received))
        self.callbacks[watched.id] = watched
        return watched

    def find(self, name: str) -> Watched:
        """Return a callback by its id, its UUID or its URL; the only one if the name is empty.

        Raises `Invalid`.
        """
        found = [each for each in self.callbacks.values() if not name or _is_named(each, name)]
        if len(found) == 1:
            return found[0]
        if not self.callbacks:
            raise Invalid("There is no callback in this session. Use create_callback first.")
        if not name:
            raise Invalid("This session has several callbacks. Name one: list_callbacks has ids.")
        raise Invalid("There is no such callback in this session. list_callbacks has their ids.")

    async def close_callback(self, watched: Watched) -> None:
        """Stop watching a callback, and forget its requests."""
        self.callbacks.pop(watched.id, None)
        self._kept = [pair for pair in self._kept if pair[0] is not watched]
        self._bytes = sum(received.size for _, received in self._kept)
        await watched.close()

    async def close(self) -> None:
        """Stop watching all callbacks permanently."""
        self.is_closed = True
        every = list(self.callbacks.values())
        self.callbacks.clear()
        await asyncio.gather(*(each.close() for each in every), return_exceptions=True)

    def add_export(self, text: str) -> Export:
        """Keep an export; the oldest one is dropped."""
        self._exported += 1
        export = Export(self._exported, text)
        self.exports = [*self.exports, export][-_MAX_EXPORTS:]
        return export

    def _keep(self, watched: Watched, received: Received) -> None:
        self._kept.append((watched, received))
        self._bytes += received.size
        for old_watched, old in self._superfluous():
            old_watched.drop(old.number)

    def _superfluous(self) -> Iterator[tuple[Watched, Received]]:
        """Remove and yield the oldest requests that are over a limit, but never the newest."""
        while len(self._kept) > 1 and (
            len(self._kept) > self.max_requests or self._bytes > self.max_bytes
        ):
            watched, received = self._kept.pop(0)
            self._bytes -= received.size
            yield watched, received


def _is_named(watched: Watched, name: str) -> bool:
    return name == watched.id or watched.inbox.uuid in name.lower()
