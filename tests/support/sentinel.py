"""Run Redis Sentinel processes, which watch a master and its replicas and promote a replica."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

import redis

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Redis, free_port

NAME = "queue"
QUORUM = 2


class Sentinel:
    """One of several Sentinels that watch the same master."""

    def __init__(self, master: Redis, *lines: str, host: str = "127.0.0.1", port: int = 0) -> None:
        """Watch the master on this port, or on its first one. Begin the configuration with the
        lines.
        """
        self._folder = tempfile.TemporaryDirectory()
        self._conf = Path(self._folder.name) / "sentinel.conf"
        self.port = free_port()
        self._conf.write_text(
            "\n".join(lines) + f"\nport {self.port}\nbind 127.0.0.1\ndir {self._folder.name}\n"
            f"sentinel monitor {NAME} {host} {port or master.port} {QUORUM}\n"
            f"sentinel failover-timeout {NAME} {PATIENCE_SECONDS * 1000}\n"
        )
        self._client = redis.Redis(port=self.port, decode_responses=True)
        self._process: subprocess.Popen[bytes] | None = None

    def knows(self, replicas: int, sentinels: int) -> bool:
        """Return whether it knows that number of replicas and of other Sentinels."""
        found = self._client.sentinel_master(NAME)
        return (found["num-slaves"], found["num-other-sentinels"]) == (replicas, sentinels)

    @property
    def master_port(self) -> int:
        return int(self._client.sentinel_get_master_addr_by_name(NAME)[1])

    @property
    def users(self) -> set[str]:
        """The names of the users that are logged in."""
        return {each["user"] for each in self._client.client_list()}

    def notice_failures(self, milliseconds: int) -> None:
        """Consider the master as failed when it has not responded for this time."""
        self._client.sentinel_set(NAME, "down-after-milliseconds", milliseconds)

    def fail_over(self) -> None:
        """Promote a replica of a healthy master and wait until it is the master."""
        before = self.master_port
        eventually(self._begins_to_fail_over)
        eventually(lambda: self.master_port != before)

    def _begins_to_fail_over(self) -> bool:
        try:
            self._client.execute_command("SENTINEL", "FAILOVER", NAME)
        except redis.ResponseError as error:
            # No replica has reported recently, or another failover has not ended.
            if not str(error).startswith(("NOGOODSLAVE", "INPROG")):
                raise
            return False
        return True

    def _responds(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False

    def __enter__(self) -> Sentinel:
        command = ["redis-server", str(self._conf), "--sentinel"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(self._responds)
        return self

    def end(self) -> None:
        assert self._process is not None
        self._client.close()
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)

    def __exit__(self, *_: object) -> None:
        self.end()
        self._folder.cleanup()


def start_watched(
    stack: ExitStack, replicas: int, sentinels: int
) -> tuple[list[Redis], list[Sentinel]]:
    """Start a master, first in the list, its replicas and Sentinels, and wait for discovery."""
    options = ("--repl-diskless-sync-delay", "0", "--shutdown-timeout", "0")
    queues = [stack.enter_context(Redis(*options)) for _ in range(1 + replicas)]
    master, *others = queues
    for replica in others:
        replica.client.replicaof("127.0.0.1", master.port)
    for replica in others:
        eventually(lambda: replica.client.info("replication")["master_link_status"] == "up")  # noqa: B023
    all_sentinels = [stack.enter_context(Sentinel(master)) for _ in range(sentinels)]
    for sentinel in all_sentinels:
        eventually(lambda: sentinel.knows(replicas, sentinels - 1))  # noqa: B023
    return queues, all_sentinels
