"""An inbox behind a load balancer, under load, while every worker restarts."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.chaos.load import Load
from tests.support.patience import eventually
from tests.support.processes import Nginx, Redis, Server
from tests.support.sender import post
from webhook_logger.client import CapturedRequest, Gap, Inbox, NothingArrived


def test_accepted_requests_arrive_or_are_counted(redis: Redis) -> None:
    with Server(REDIS_URL=redis.url) as one, Server(REDIS_URL=redis.url) as two:
        with Nginx(one.until_ready(), two.until_ready()) as nginx, Inbox(nginx.url) as inbox:
            load = Load(nginx.address, inbox.uuid)
            with load.running(senders=4, per_second=100):
                for worker in (one, two):  # the inbox is connected to one of them
                    worker.end()
                    worker.start()
                    worker.until_ready()
            lasts = Lasts(nginx, inbox)
            eventually(lasts.one_arrives)
            inbox.close()
            came = list(inbox)
    seqs = [event.seq for event in came if isinstance(event, CapturedRequest)]
    missed = sum(event.count for event in came if isinstance(event, Gap))
    assert seqs == sorted(set(seqs))
    accepted = load.accepted + lasts.accepted
    assert accepted <= len(seqs) + 1 + missed <= accepted + load.unknown
    assert load.accepted > 0


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
