"""The operator's policy: which callbacks and addresses this server serves, and whether it serves
replies.

Each door of the server asks it: the catch-all view, joins, the API and the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webhook_logger.block_list import BlockListFile
from webhook_logger.callbacks import can_have_key
from webhook_logger.errors import Reason, Refusal


@dataclass(frozen=True)
class Access:
    """The policy of one worker."""

    open_callbacks: bool = True
    """Whether callbacks exist that need no view key."""
    replies: bool = True
    """Whether senders get responses that users configure or produce."""
    blocks: BlockListFile | None = None

    @property
    def is_restricted(self) -> bool:
        """Return whether a callback or an address can be refused."""
        return not self.open_callbacks or self.blocks is not None

    def refusal(self, uuid: str) -> Refusal | None:
        """Return why this server does not serve the callback; None if it does."""
        if not self.open_callbacks and not can_have_key(uuid):
            return Refusal(Reason.OPEN_CALLBACKS_OFF)
        if self.blocks and uuid in self.blocks.list.callbacks:
            return Refusal(Reason.BLOCKED)
        return None

    def check(self, uuid: str) -> None:
        """Raise `Refusal` if this server does not serve the callback."""
        if refusal := self.refusal(uuid):
            raise refusal

    def blocks_address(self, address: str) -> bool:
        """Return whether this server does not serve the address."""
        return self.blocks is not None and self.blocks.list.has_address(address)

    def check_address(self, address: str) -> None:
        """Raise `Refusal` if this server does not serve the address."""
        if self.blocks_address(address):
            raise Refusal(Reason.BLOCKED)

    def check_replies(self) -> None:
        """Raise `Refusal` if senders get the default response only."""
        if not self.replies:
            raise Refusal(Reason.REPLIES_OFF)

    def follow(self, on_change: Callable[[], None]) -> None:
        """Call `on_change` after each change of the policy."""
        if self.blocks:
            self.blocks.follow(on_change)
