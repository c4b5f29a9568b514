"""An inbox behind a load balancer, under load, while every worker restarts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.chaos.load import Load
from tests.support.patience import eventually
from tests.support.processes import PATIENT_WORKER, Nginx, Redis, Server
from tests.support.sender import post
from webhook_logger.client import (
    CapturedRequest,
    ConnectionStatus,
    Event,
    Gap,
    Inbox,
    NothingArrived,
    Recovered,
    Responded,
    Responding,
)

SENDERS = 4
STATUS = 201
"""The status of the responder, which no worker sends by itself."""
DUPLICATES = 2 * SENDERS
"""Maximum requests that nginx sends to another worker although a worker that was then killed had
published them: one of each sender for each of the two workers.
"""


@contextmanager
def two_workers_behind_nginx(
    redis: Redis, **more: object
) -> Iterator[tuple[Nginx, tuple[Server, Server]]]:
    settings = {"REDIS_URL": redis.url, "BALANCER_HEADERS": "webhook-logger", **more}
    with Server(PATIENT_WORKER, **settings) as one, Server(PATIENT_WORKER, **settings) as two:
        with Nginx(one.until_ready(), two.until_ready()) as nginx:
            yield nginx, (one, two)


def restart(workers: tuple[Server, Server], kill: bool = False) -> None:
    """Restart one worker after the other: the inbox is connected to one of them."""
    for worker in workers:
        worker.end(kill)
        worker.start()
        worker.until_ready()


def restart_under_load(
    nginx: Nginx, workers: tuple[Server, Server], inbox: Inbox, kill: bool = False
) -> tuple[Load, int, list[Event]]:
    """Restart the workers while senders send. Return the load, the number of accepted requests, and
    the events of the inbox.
    """
    load = Load(nginx.address, inbox.uuid)
    with load.running(senders=SENDERS, per_second=100):
        restart(workers, kill)
    lasts = Lasts(nginx, inbox)
    eventually(lasts.one_arrives)
    inbox.close()
    return load, load.accepted + lasts.accepted, list(inbox.events())


def test_an_inbox_misses_nothing_and_stays_live(redis: Redis) -> None:
    with two_workers_behind_nginx(redis) as (nginx, workers), Inbox(nginx.url) as inbox:
        load, accepted, events = restart_under_load(nginx, workers, inbox)
    seqs = seqs_of(events)
    assert accepted <= len(seqs) + 1 <= accepted + load.unknown
    assert seqs == sorted(set(seqs))
    others = [each for each in events if not isinstance(each, CapturedRequest | Responded)]
    assert others == [ConnectionStatus("live")]
    assert load.accepted > 0


def test_a_responder_responds_to_every_sender(redis: Redis) -> None:
    with two_workers_behind_nginx(redis) as (nginx, workers):
        with Inbox(nginx.url, respond=True) as inbox, responding(inbox) as events:
            load = Load(nginx.address, inbox.uuid)
            with load.running(senders=SENDERS, per_second=50):
                restart(workers)
    assert load.outcomes.keys() == {f"status {STATUS}"}
    others = [each for each in events if not isinstance(each, CapturedRequest | Responded)]
    assert others == [ConnectionStatus("live"), Responding(True)]
    sources = {each.by for each in events if isinstance(each, Responded)}
    assert sources == {"responder"}


@contextmanager
def responding(inbox: Inbox) -> Iterator[list[Event]]:
    """Respond to each request, and collect the events, until the inbox is closed."""
    events: list[Event] = []

    def respond() -> None:
        for event in inbox.events():
            events.append(event)
            if isinstance(event, CapturedRequest):
                assert inbox.respond(event, STATUS)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(respond)
        try:
            yield events
        finally:
            inbox.close()
            future.result()


def test_an_inbox_counts_what_it_misses_when_workers_are_killed(redis: Redis) -> None:
    with two_workers_behind_nginx(redis) as (nginx, workers), Inbox(nginx.url) as inbox:
        load, accepted, events = restart_under_load(nginx, workers, inbox, kill=True)
    seqs = seqs_of(events)
    missed = sum(event.count or 0 for event in events if isinstance(event, Gap))
    assert seqs == sorted(set(seqs))
    assert accepted <= len(seqs) + 1 + missed <= accepted + load.unknown + DUPLICATES
    assert load.accepted > 0


def test_an_inbox_recovers_what_it_misses_when_workers_are_killed(redis: Redis) -> None:
    with two_workers_behind_nginx(redis, RECOVERY_SECONDS=600) as (nginx, workers):
        with Inbox(nginx.url) as inbox:
            load, accepted, events = restart_under_load(nginx, workers, inbox, kill=True)
    seqs = seqs_of(events)
    assert [each for each in events if isinstance(each, Gap)] == []
    assert seqs == sorted(set(seqs))
    assert accepted <= len(seqs) + 1 <= accepted + load.unknown + DUPLICATES
    assert [each for each in events if isinstance(each, Recovered)]


def seqs_of(events: list[Event]) -> list[int]:
    return [event.seq for event in events if isinstance(event, CapturedRequest)]


class Lasts:
    """Requests that are sent until one arrives; all earlier requests have arrived by then."""

    def __init__(self, nginx: Nginx, inbox: Inbox) -> None:
        self._nginx = nginx
        self._inbox = inbox
        self._sent = 0
        self.accepted = 0

    def one_arrives(self) -> bool:
        """Send a request, and wait for it and not for an earlier one that arrives late."""
        self._sent += 1
        subpath = f"/last/{self._sent}"
        response = post(self._nginx.address, urlsplit(self._inbox.url).path + subpath)
        self.accepted += response.status == 200
        try:
            self._inbox.wait(1, where=lambda r: r.subpath == subpath)
        except NothingArrived:
            return False
        return True
