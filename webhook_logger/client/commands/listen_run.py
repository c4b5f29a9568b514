"""One run of `listen`: the session, its relay, and how they end."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.commands.listen_options import End
from webhook_logger.client.commands.listen_session import ListenSession
from webhook_logger.client.commands.relay import Relay


@dataclass(frozen=True, slots=True)
class Run:
    """The parts of a run."""

    session: ListenSession
    relay: Relay | None
    end: End
    target_seconds: float
    """Maximum seconds for each response of a target."""

    def run(self) -> None:
        """Listen until `--count` or `--timeout` is reached, and let pending requests complete."""
        session, relay, end = self.session, self.relay, self.end
        session.run(end.count, end.timeout)
        if relay:
            # After --timeout, pending requests get at most the time of one response.
            expired = end.timeout and session.count != end.count
            relay.finish(self.target_seconds if expired else None)
            relay.leave(())
        session.finish()

    def leave(self) -> None:
        """Stop now: send an error to waiting senders."""
        self.session.stop()
        if self.relay:
            self.relay.leave(self.session.unread())

    @property
    def exit(self) -> Exit:
        """The exit code after `run`."""
        if self.end.count is not None and self.session.count < self.end.count:
            return Exit.TOO_LATE
        return Exit.FAILED if self.relay and self.relay.failed else Exit.DONE
