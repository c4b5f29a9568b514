"""The rights in docs/redis.md are sufficient for a worker, and each of them is necessary."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis

from tests.support.deliveries import Statuses, connect_delivery, start_delivery
from tests.support.patience import eventually
from tests.support.processes import Redis
from tests.wire_fixture import samples
from webhook_logger.delivery import (
    SECRET_HANDSHAKE,
    Position,
    QueueAddress,
    QueueLimits,
    RecoveryLimits,
    StoredReply,
)
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.errors import REASONS
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.errors import Reason

TEXT = Path("docs/redis.md").read_text()
[_LINE] = re.findall(r"ACL SETUSER worker on >secret (.*)", TEXT)
PATTERNS = tuple(word for word in _LINE.split() if not word.startswith("+"))
RIGHTS = tuple(word for word in _LINE.split() if word.startswith("+"))
_ROWS = re.findall(r"^\| `(\+.*?)` \| (.*) \|$", TEXT, re.MULTILINE)
OPTIONAL = ("+pubsub", "+client|setname", "+select")
[_RECOVERY] = [rights for rights, use in _ROWS if use.startswith("[Recovery]")]
OF_RECOVERY = tuple(_RECOVERY.replace("\\", "").split())


def address(queue: Redis, user: str, *rights: str, db: int = 0) -> QueueAddress:
    """Create a user with these rights, and return its address."""
    queue.client.execute_command("ACL", "SETUSER", user, "on", ">secret", *PATTERNS, *rights)
    return QueueAddress.parse(f"redis://{user}:secret@127.0.0.1:{queue.port}/{db}")


def live(delivery: RedisDelivery, queue: Redis, uuid: str) -> None:
    """Do everything that a worker does with its queue."""
    request, key = replace(samples()[0], uuid=uuid), Keys().key(uuid)
    with delivery.barrier(uuid) as barrier:
        delivery.set_viewers(uuid, 1)
    eventually(lambda: queue.client.exists(key))
    assert delivery.publish(request).seq == 1
    with delivery.barrier(uuid, Position(barrier.epoch, barrier.seq)) as again:
        assert len(again.recovered) == (1 if delivery.recovers else 0)
    assert delivery.claim(uuid, "viewer")
    for finish in (delivery.respond, lambda *names: delivery.decline(*names[:2])):
        pending = delivery.publish(request).pending
        assert pending
        assert finish(uuid, request.id, "{}")
        assert pending.outcome(5.0)
    delivery.claim_handshakes(uuid, "other")
    delivery.publish(request, SECRET_HANDSHAKE)
    delivery.unclaim(uuid, "viewer")
    delivery.unclaim_handshakes(uuid, "other")
    delivery.set_reply(uuid, StoredReply("{}", 2))
    assert delivery.get_reply(uuid)
    delivery.set_reply(uuid, None)
    delivery.refused(uuid, Reason.HEADERS_TOO_LARGE)
    delivery.manager.emit("note", {}, to=uuid)
    assert delivery.has_peers() is False
    delivery.set_viewers(uuid, 0)


def commands(queue: Redis) -> set[str]:
    """Return the names of the commands that Redis has run, in or out of scripts."""
    names = {name.removeprefix("cmdstat_") for name in queue.client.info("commandstats")}
    return names | {name.partition("|")[0] for name in names}


@pytest.mark.parametrize("seconds", [0, 60], ids=["without recovery", "with recovery"])
def test_a_worker_needs_exactly_the_documented_rights(uuid: str, seconds: int) -> None:
    recovery = RecoveryLimits(seconds=seconds)
    rights = {*RIGHTS, *OPTIONAL, *(OF_RECOVERY if seconds else ())}
    with Redis() as queue:
        place = address(queue, "worker", *rights, db=1)
        client = redis.Redis(port=queue.port, db=1, decode_responses=True)
        other = SimpleNamespace(client=client)
        delivery = connect_delivery(queue, QueueLimits(), place, recovery=recovery)
        delivery.check_setup()
        live(delivery, other, uuid)  # type: ignore[arg-type]
        if seconds:
            eventually(lambda: client.exists(*Keys().ledger))
        eventually(lambda: {right.removeprefix("+") for right in rights} <= commands(queue))
        assert queue.client.execute_command("ACL", "LOG") == []
        client.close()


def test_a_worker_that_lacks_one_of_the_rights_is_not_ready() -> None:
    with Redis() as queue:
        lacking = {}
        for number, right in enumerate(RIGHTS):
            place = address(queue, f"worker{number}", *(each for each in RIGHTS if each != right))
            delivery, lacking[right] = RedisDelivery(place, QueueLimits(), 0), Statuses()
            delivery.check_setup()  # does not refuse it, because the rights can change
            start_delivery(delivery, lacking[right])
        for right, sink in lacking.items():
            eventually(lambda: sink.reasons)  # noqa: B023
            assert sink.reasons == [REASONS["NOPERM"]], right
