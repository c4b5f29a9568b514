"""Run a Redis Cluster: masters that share the slots, perhaps with a replica each."""

from __future__ import annotations

import itertools
import tempfile
from contextlib import ExitStack
from uuid import uuid4

import redis
from redis.crc import key_slot

from tests.support.patience import eventually
from tests.support.processes import Redis, free_port
from webhook_logger.delivery.redis.keys import Keys

SLOTS = 16_384
KEYS = Keys()


class ClusterNode(Redis):
    """One Redis of a cluster."""

    def __init__(self, folder: str) -> None:
        bus = free_port()
        options = {
            "cluster-enabled": "yes",
            "cluster-config-file": f"{folder}/nodes-{bus}.conf",
            "cluster-port": bus,
            "cluster-node-timeout": 1000,
            # A node without replica that is down affects only its own callbacks.
            "cluster-require-full-coverage": "no",
            "cluster-replica-validity-factor": 0,
            "repl-diskless-sync-delay": 0,
            "shutdown-timeout": 0,
            "dir": folder,
        }
        super().__init__(
            *(str(part) for name, value in options.items() for part in (f"--{name}", value))
        )
        self.bus = bus
        self.id = ""

    def ask(self, *command: object) -> str:
        """Return the response to a command as text."""
        return str(self.client.execute_command(*map(str, command)))

    def knows(self, nodes: int) -> bool:
        """Return whether it is in contact with this number of nodes, itself included."""
        info = dict(line.split(":") for line in self._info().split())
        return (info["cluster_state"], info["cluster_known_nodes"]) == ("ok", str(nodes))

    def _info(self) -> str:
        # Not `execute_command`: redis-py would parse the response.
        connection = self.client.connection_pool.get_connection()
        try:
            connection.send_command("CLUSTER", "INFO")
            return str(connection.read_response())
        finally:
            self.client.connection_pool.release(connection)


class RedisCluster:
    """Masters with the same number of slots each, and replicas of the first ones."""

    def __init__(self, masters: int = 3, replicas: int = 0) -> None:
        self._stack = ExitStack()
        folder = self._stack.enter_context(tempfile.TemporaryDirectory())
        self.masters = [ClusterNode(folder) for _ in range(masters)]
        self.replicas = [ClusterNode(folder) for _ in range(replicas)]
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.masters)
        self.url = f"redis+cluster://{hosts}"

    @property
    def nodes(self) -> list[ClusterNode]:
        return [*self.masters, *self.replicas]

    def __enter__(self) -> RedisCluster:
        with self._stack as stack:
            for node in self.nodes:
                stack.enter_context(node)
                node.id = node.ask("CLUSTER", "MYID")
            for number, node in enumerate(self.nodes):
                node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            bounds = [
                SLOTS * number // len(self.masters) for number in range(len(self.masters) + 1)
            ]
            for node, (first, end) in zip(self.masters, itertools.pairwise(bounds), strict=True):
                node.ask("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
            for one, other in itertools.combinations(self.nodes, 2):
                one.ask("CLUSTER", "MEET", "127.0.0.1", other.port, other.bus)
            for node in self.nodes:
                eventually(lambda: node.knows(len(self.nodes)))  # noqa: B023
            for replica, master in zip(self.replicas, self.masters, strict=False):
                eventually(lambda: self._replicates(replica, master))  # noqa: B023
            for replica in self.replicas:
                eventually(
                    lambda: replica.client.info("replication").get("master_link_status") == "up"  # noqa: B023
                )
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @staticmethod
    def _replicates(replica: ClusterNode, master: ClusterNode) -> bool:
        try:
            replica.ask("CLUSTER", "REPLICATE", master.id)
        except redis.ResponseError as error:
            if "Unknown node" not in str(error):
                raise
            return False
        return True

    def callback_of(self, node: ClusterNode) -> str:
        """Return the UUID of a new callback in a slot that the node has had from the start."""
        while self.node_of(KEYS.key(uuid := str(uuid4()))) is not node:
            pass
        return uuid

    def node_of(self, name: str) -> ClusterNode:
        """Return the master that had the slot of a key from the start."""
        return self.masters[key_slot(name.encode()) * len(self.masters) // SLOTS]

    def begin_to_move(self, slot: int, source: ClusterNode, target: ClusterNode) -> None:
        """Open a slot, so that its keys can move."""
        target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
        source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)

    def move_keys(self, slot: int, source: ClusterNode, target: ClusterNode) -> None:
        """Move the keys of an open slot."""
        while keys := source.client.execute_command("CLUSTER", "GETKEYSINSLOT", str(slot), "10"):
            for key in keys:
                source.ask("MIGRATE", "127.0.0.1", target.port, key, 0, 5000)

    def end_moving(self, slot: int, target: ClusterNode) -> None:
        """Give an open slot to the node that has its keys now."""
        for node in (target, *(each for each in self.masters if each is not target)):
            node.ask("CLUSTER", "SETSLOT", slot, "NODE", target.id)


def slot_of(uuid: str) -> int:
    """Return the slot of a callback."""
    return key_slot(KEYS.key(uuid).encode())
