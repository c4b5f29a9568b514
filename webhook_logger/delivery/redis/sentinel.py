"""Finds the master of the queue with Redis Sentinels, and follows it when they promote another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import redis

from webhook_logger.delivery.redis.address import QueueAddress
from webhook_logger.delivery.redis.redis_py import Backoff, Connection, pack
from webhook_logger.queue_url import Host, Kind

SWITCHED = "+switch-master"
PING_SECONDS = 5.0
NO_SENTINEL = "No Sentinel of the queue responds."

log = logging.getLogger(__name__)


class Master(NamedTuple):
    """A master, and the epoch in which the Sentinels agreed on it; a later master has a higher
    one.
    """

    epoch: int
    host: Host


class Sentinels:
    """The Sentinels in the URL of the queue. They need not all be reachable."""

    def __init__(self, address: QueueAddress, name: str = "") -> None:
        self._address = address
        self._service = address.url.service
        self._name = name
        self._hosts = list(address.hosts)
        self._known: Master | None = None

    def connect(self, name: str = "") -> Any:
        """Return a connection to the master, which is not open yet. Raises `redis.RedisError` if no
        Sentinel ever named it.
        """
        return self._address.connect_to(self.find_master(), name)

    def find_master(self) -> Host:
        """Ask the Sentinels one after the other, and return the master, or the one that is known
        if none of them responds.
        """
        answers: list[Master] = []
        error: Exception = redis.ConnectionError(NO_SENTINEL)
        for host in tuple(self._hosts):
            try:
                found = self._ask(host)
            except redis.ResponseError as refused:
                error = refused
            except (redis.RedisError, OSError) as failed:
                log.debug("A Sentinel does not respond: %s", failed)
            else:
                # One that does not know the last switch yet would name the old master.
                if self._known is None or found.epoch >= self._known.epoch:
                    self._prefer(host)
                    self._known = found
                    return found.host
                answers.append(found)
        if len(answers) == len(self._hosts):  # the service was set up again
            self._known = max(answers)
        if self._known is None:
            raise error
        return self._known.host

    def _prefer(self, host: Host) -> None:
        """Ask this Sentinel first, because it responds."""
        self._hosts.remove(host)
        self._hosts.insert(0, host)

    def _open(self, host: Host) -> Connection:
        return Connection(self._address.connect_to_sentinel(host, self._name))

    def _ask(self, host: Host) -> Master:
        connection = self._open(host)
        try:
            address = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._service)
            connection.send(pack(*address) + pack("SENTINEL", "MASTER", self._service))
            found = connection.read_or_raise()
            if not found:
                raise redis.ResponseError(f"A Sentinel does not know the service {self._service}.")
            return _master(found, connection.read_or_raise())
        finally:
            connection.close()

    # Switches

    def watch(self, switched: Callable[[], None]) -> None:
        """Call `switched` each time another master is named, without end. It must not block."""
        backoff, is_silent = Backoff(), False
        while True:
            was_silent, is_silent = is_silent, True
            for host in tuple(self._hosts):
                connection = self._subscribe(host)
                if connection:
                    if was_silent:
                        log.warning("A Sentinel of the queue responds again.")
                    was_silent = is_silent = False
                    backoff.reset()
                    self._follow(host, connection, switched)
            if is_silent and not was_silent:
                log.warning("%s The known master stays in use.", NO_SENTINEL)
            backoff.pause()

    def _subscribe(self, host: Host) -> Connection | None:
        try:
            return self._open_subscription(host)
        except (redis.RedisError, OSError) as error:
            log.debug("A Sentinel does not respond: %s", error)
            return None

    def _open_subscription(self, host: Host) -> Connection:
        connection = self._open(host)
        try:
            connection.send(pack("SUBSCRIBE", SWITCHED))
            connection.read_or_raise()
            connection.set_timeout(PING_SECONDS)
        except Exception:
            connection.close()
            raise
        return connection

    def _follow(self, host: Host, connection: Connection, switched: Callable[[], None]) -> None:
        """Read from a Sentinel until it no longer responds."""
        try:
            self._compare(host, switched)  # a switch before the subscription
            while True:
                self._read(host, connection, switched)
        except (redis.RedisError, OSError) as error:
            log.debug("A Sentinel no longer responds: %s", error)
        finally:
            connection.close()

    def _read(self, host: Host, connection: Connection, switched: Callable[[], None]) -> None:
        try:
            message = connection.read_or_raise()
        except TimeoutError:
            connection.send(pack("PING"))
            message = connection.read_or_raise()
        if message[0] == b"message" and message[2].split(b" ")[0].decode() == self._service:
            self._compare(host, switched)

    def _compare(self, host: Host, switched: Callable[[], None]) -> None:
        before, found = self._known, self._ask(host)
        if before is None or found.epoch >= before.epoch:
            self._known = found
            if before and before.host != found.host:
                log.warning("The Sentinels named another master of the queue.")
                self._prefer(host)
                switched()


def _master(place: Any, fields: Any) -> Master:
    """Read the two responses of a Sentinel. Raises `redis.InvalidResponse` for any others."""
    try:
        host, port = place
        details = dict(zip(fields[::2], fields[1::2], strict=True))
        return Master(int(details[b"config-epoch"]), (host.decode(), int(port)))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise redis.InvalidResponse("The response is not that of a Sentinel.") from None


def route(address: QueueAddress, name: str = "") -> QueueAddress | Sentinels:
    """Return the object that connects to the Redis at the address: its Sentinels, or the address.

    Sentinels list the connection of this worker under `name`.
    """
    return Sentinels(address, name) if address.kind is Kind.SENTINEL else address
