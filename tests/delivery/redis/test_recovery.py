"""Kept requests in a real Redis: their keys, their expiry, and what may go wrong with them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.deliveries import connect_delivery
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Redis
from tests.wire_fixture import samples
from webhook_logger.captured import Body
from webhook_logger.delivery import (
    Delivery,
    Position,
    QueueLimits,
    QueueUnavailable,
    RecoveryLimits,
    StoredReply,
)
from webhook_logger.delivery.recovery import RECOVERY_OFF
from webhook_logger.delivery.redis import scripts
from webhook_logger.delivery.redis.backlog import Call
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.recovery import PERSISTS, UNREADABLE, Recovery

KEYS = Keys()
HOUR = RecoveryLimits(seconds=3600)
HOUR_MS = 3_600_000
LIMITS = QueueLimits(seconds=PATIENCE_SECONDS)
_COMMAND = re.compile(r"redis\.p?call\(\s*'([A-Z]+)'")


def connect(redis: Redis, recovery: RecoveryLimits = HOUR) -> RedisDelivery:
    return connect_delivery(redis, LIMITS, recovery=recovery)


@pytest.fixture(scope="module")
def delivery(redis: Redis) -> RedisDelivery:
    return connect(redis)


def stream(uuid: str) -> str:
    return KEYS.key(uuid) + ":recovery"


def publish(delivery: Delivery, uuid: str, *sizes: int) -> int:
    """Publish requests with bodies of these sizes. Return the last `seq`."""
    for size in sizes:
        body = Body(b"x" * size, size)
        seq = delivery.publish(replace(samples()[0], uuid=uuid, body=body)).seq
    return seq


def watch(delivery: Delivery, uuid: str) -> Position:
    """Begin to watch the callback. Return the position of its viewer."""
    with delivery.barrier(uuid) as barrier:
        return Position(barrier.epoch, barrier.seq)


def recovered(delivery: Delivery, uuid: str, since: Position) -> list[int]:
    with delivery.barrier(uuid, since) as barrier:
        return [kept.responded.seq for kept in barrier.recovered]


@contextmanager
def monitored(redis: Redis, text: str) -> Iterator[list[str]]:
    """Collect the names of the commands with that text, in or out of scripts."""
    names: list[str] = []
    with redis.client.monitor() as monitor:
        commands = monitor.listen()
        yield names
        redis.client.echo("end of the monitor")
        for command in commands:
            name, _, rest = command["command"].partition(" ")
            if "end of the monitor" in rest:
                return
            if text in rest:
                names.append(name)


def test_without_recovery_a_request_and_a_join_need_no_further_command(
    redis: Redis, uuid: str
) -> None:
    delivery = connect(redis, RECOVERY_OFF)
    since = watch(delivery, uuid)
    with monitored(redis, uuid) as commands:
        publish(delivery, uuid, 10)
    assert commands == ["EVALSHA", "HGETALL", "EXPIRE", "HGET", "HINCRBY", "PUBLISH"]
    with monitored(redis, uuid) as commands:
        assert recovered(delivery, uuid, since) == []
    joining = [name for name in commands if "SUBSCRIBE" not in name]
    assert joining == ["EVALSHA", "HGETALL", "EXPIRE", "HGET"]
    assert redis.client.keys(f"*{uuid}*") == [KEYS.key(uuid)]
    assert set(redis.client.hgetall(KEYS.key(uuid))) == {"epoch", "seq"}


def test_a_callback_that_no_viewer_watches_needs_no_further_command(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    publish(delivery, uuid, 10)
    with monitored(redis, uuid) as commands:
        publish(delivery, uuid, 10)
    assert commands == ["EVALSHA", "HGETALL", "EXPIRE", "HGET", "HINCRBY", "PUBLISH"]
    assert redis.client.keys(f"*{uuid}*") == [KEYS.key(uuid)]


def test_the_presence_of_viewers_extends_the_time_for_which_requests_are_kept(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    def watched() -> int:
        return int(redis.client.hget(KEYS.key(uuid), "watched") or 0)

    watch(delivery, uuid)
    joined = watched()
    delivery.set_viewers(uuid, 1)
    eventually(lambda: watched() > joined + 10_000)
    viewed = watched()
    delivery.set_viewers(uuid, 0)
    eventually(lambda: 0 < watched() < viewed)
    redis.client.hset(KEYS.key(uuid), "watched", watched() - HOUR_MS - 60_000)
    publish(delivery, uuid, 10)
    assert not redis.client.exists(stream(uuid))


def test_kept_requests_and_the_ledger_expire(redis: Redis, uuid: str) -> None:
    delivery = connect(redis, RecoveryLimits(seconds=0.5))
    since = watch(delivery, uuid)
    with monitored(redis, uuid) as commands:
        publish(delivery, uuid, 10)
    assert commands[-4:] == ["DEL", "XADD", "HSET", "PEXPIRE"]
    eventually(lambda: redis.client.exists("webhook-logger:{recovery}:bytes"))
    eventually(lambda: not redis.client.exists(stream(uuid)))
    assert recovered(delivery, uuid, since) == []
    assert not [name for name in redis.client.keys("*") if redis.client.ttl(name) == -1]


def shift(redis: Redis, uuid: str, milliseconds: int, seqs: Sequence[int]) -> None:
    """Change the time of these kept requests, as if the clock of Redis had been another one."""
    entries = redis.client.xrange(stream(uuid))
    redis.client.delete(stream(uuid))
    for number, (name, fields) in enumerate(entries):
        seq, at = map(int, name.split("-"))
        at += milliseconds if seq in seqs else 0
        redis.client.xadd(stream(uuid), fields, id=f"{seq}-{at}")
        if number == 0:
            kept = redis.client.hget(KEYS.key(uuid), "kept").split()
            redis.client.hset(KEYS.key(uuid), "kept", " ".join([*kept[:2], str(at), *kept[3:]]))
    redis.client.pexpire(stream(uuid), HOUR_MS)


def seqs_in(redis: Redis, uuid: str) -> list[int]:
    return [int(name.split("-")[0]) for name, _ in redis.client.xrange(stream(uuid))]


def test_requests_that_are_too_old_are_neither_recovered_nor_kept(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    since = watch(delivery, uuid)
    publish(delivery, uuid, *[10] * 200)
    shift(redis, uuid, -2 * HOUR_MS, range(1, 151))
    assert recovered(delivery, uuid, since) == list(range(151, 201))
    publish(delivery, uuid, 10)
    assert seqs_in(redis, uuid) == list(range(151, 202))
    assert recovered(delivery, uuid, since) == list(range(151, 202))


@pytest.mark.parametrize("hours", [-2, 2, 0.5])
def test_a_clock_that_is_set_back_or_forward_fails_no_request(
    redis: Redis, delivery: RedisDelivery, uuid: str, hours: float
) -> None:
    since = watch(delivery, uuid)
    publish(delivery, uuid, 10, 10)
    shift(redis, uuid, int(hours * HOUR_MS), (1, 2))
    is_near = abs(hours) < 1
    assert recovered(delivery, uuid, since) == ([1, 2] if is_near else [])
    assert publish(delivery, uuid, 10, 10) == 4
    assert recovered(delivery, uuid, since) == ([1, 2, 3, 4] if is_near else [3, 4])


def test_full_buffers_are_trimmed_rarely_and_by_their_exact_size(redis: Redis, uuid: str) -> None:
    delivery = connect(redis, RecoveryLimits(seconds=3600, bytes=2**20))
    watch(delivery, uuid)
    with monitored(redis, uuid) as commands:
        publish(delivery, uuid, *[1000] * 3000)
    assert 0 < commands.count("XTRIM") < 40
    assert "XRANGE" not in commands, "no removed request is read"
    _, first, _, last, size = redis.client.hget(KEYS.key(uuid), "kept").split()
    entries = redis.client.xrange(stream(uuid))
    assert seqs_in(redis, uuid) == list(range(int(first), int(last) + 1))
    assert int(size) == sum(len(fields["message"].encode()) + 64 for _, fields in entries)
    assert 2**20 * 3 // 4 < int(size) <= 2**20
    assert redis.client.memory_usage(stream(uuid), samples=0) <= 1.4 * int(size)


def test_a_full_buffer_whose_marks_are_missing_or_of_another_buffer_is_trimmed_exactly(
    redis: Redis, uuid: str
) -> None:
    delivery = connect(redis, RecoveryLimits(seconds=3600, bytes=2**16))
    watch(delivery, uuid)
    for marks in (None, "0 1: 2 3 4"):
        publish(delivery, uuid, *[1000] * 40)
        if marks:
            redis.client.hset(KEYS.key(uuid), "marks", marks)
        else:
            redis.client.hdel(KEYS.key(uuid), "marks")
        publish(delivery, uuid, *[1000] * 40)
        _, first, _, last, size = redis.client.hget(KEYS.key(uuid), "kept").split()
        entries = redis.client.xrange(stream(uuid))
        assert seqs_in(redis, uuid) == list(range(int(first), int(last) + 1))
        assert int(size) == sum(len(fields["message"].encode()) + 64 for _, fields in entries)
        assert 2**15 < int(size) <= 2**16


def drop_counter(redis: Redis, uuid: str) -> None:
    redis.client.delete(KEYS.key(uuid))


def replace_history(redis: Redis, uuid: str) -> None:
    redis.client.hset(KEYS.key(uuid), "epoch", "0" * 12 + "another")


@pytest.mark.parametrize("end_epoch", [drop_counter, replace_history])
def test_a_new_epoch_begins_without_kept_requests(
    redis: Redis, delivery: RedisDelivery, uuid: str, end_epoch: Callable[[Redis, str], None]
) -> None:
    since = watch(delivery, uuid)
    publish(delivery, uuid, 10, 10, 10)
    end_epoch(redis, uuid)
    assert recovered(delivery, uuid, since) == []
    renewed = watch(delivery, uuid)
    assert renewed.epoch != since.epoch
    publish(delivery, uuid, 10, 10)
    assert recovered(delivery, uuid, renewed) == [1, 2]
    assert seqs_in(redis, uuid) == [1, 2]


def test_a_stream_that_redis_evicted_or_that_is_another_type_fails_no_request(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    since = watch(delivery, uuid)
    publish(delivery, uuid, 10, 10)
    redis.client.delete(stream(uuid))
    assert recovered(delivery, uuid, since) == []
    publish(delivery, uuid, 10)
    assert recovered(delivery, uuid, since) == [3]
    redis.client.set(stream(uuid), "not a stream", px=60_000)
    assert publish(delivery, uuid, 10) == 4
    assert publish(delivery, uuid, 10) == 5
    assert recovered(delivery, uuid, since) == [5]


def test_a_worker_without_recovery_leaves_no_hole(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    without = connect(redis, RECOVERY_OFF)
    since = watch(delivery, uuid)
    publish(delivery, uuid, 10, 10)
    publish(without, uuid, 10)
    assert recovered(delivery, uuid, since) == []
    publish(delivery, uuid, 10, 10)
    assert seqs_in(redis, uuid) == [4, 5]
    assert recovered(delivery, uuid, since) == [4, 5]
    assert recovered(without, uuid, since) == []


def test_another_worker_recovers_what_a_lost_worker_kept(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    since = watch(delivery, uuid)
    publish(connect(redis), uuid, 10, 10)
    assert recovered(connect(redis), uuid, since) == [1, 2]


def test_a_message_of_another_version_is_not_recovered(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    since = watch(delivery, uuid)
    publish(delivery, uuid, *[10] * 300)
    entries = redis.client.xrange(stream(uuid))
    redis.client.delete(stream(uuid))
    for name, _ in entries:
        redis.client.xadd(stream(uuid), {"message": "999 request"}, id=name)
    redis.client.pexpire(stream(uuid), HOUR_MS)
    with delivery.barrier(uuid, since) as barrier:
        assert (list(barrier.recovered), barrier.is_complete) == ([], True)


def kept_memory(redis: Redis, uuids: Sequence[str]) -> int:
    return sum(redis.client.memory_usage(stream(uuid), samples=0) or 0 for uuid in uuids)


def test_a_flood_of_callbacks_evicts_the_oldest_requests_and_nothing_else(redis: Redis) -> None:
    limits = RecoveryLimits(seconds=3600, total_bytes=2**20)
    delivery = connect(redis, limits)
    redis.client.delete("webhook-logger:{recovery}:bytes", "webhook-logger:{recovery}:order")
    uuids = [str(uuid4()) for _ in range(300)]
    delivery.set_reply(uuids[0], StoredReply("{}", None))
    for uuid in uuids:
        watch(delivery, uuid)
        publish(delivery, uuid, 3000, 3000, 3000)

    def is_bounded() -> bool:
        return kept_memory(redis, uuids) <= limits.total_bytes

    eventually(is_bounded)
    assert redis.client.exists(*map(KEYS.key, uuids)) == len(uuids)
    assert delivery.get_reply(uuids[0]) == StoredReply("{}", None)
    publish(delivery, uuids[-1], 10)
    eventually(lambda: kept_memory(redis, uuids) > limits.total_bytes // 4)
    assert not redis.client.exists(*map(stream, uuids[:100])), "the oldest ones are evicted"
    assert seqs_in(redis, uuids[-1])[-1] == 4
    assert publish(delivery, uuids[0], 10) == 4


class HalfQueue:
    """The commands of a queue with a part that is unavailable."""

    is_unavailable = False

    def __init__(self, down: str) -> None:
        self.down = down
        self.evicted: list[str] = []

    def run(self, *_: object) -> Any:
        return 0, [b"a", b"b", b"c"]

    def submit_script(self, _script: str, keys: Sequence[str]) -> Call:
        if keys == [KEYS.key(self.down)]:
            raise QueueUnavailable("This part is unavailable.")
        self.evicted.append(Keys.uuid_of(keys[0]))
        call = Call(b"", 0.0)
        call.finish()
        return call


def test_a_part_of_the_queue_that_is_unavailable_delays_no_other_eviction() -> None:
    recovery, queue = Recovery(HOUR, KEYS), HalfQueue(down="a")
    threading.Thread(target=recovery.run, args=(queue,), daemon=True).start()
    recovery.report("b", 1)
    eventually(lambda: set(queue.evicted) == {"b", "c"})
    queue.down = ""
    eventually(lambda: "a" in queue.evicted)


def is_ready(delivery: Delivery) -> bool:
    with suppress(QueueUnavailable):
        delivery.check()
        return True
    return False


def outcomes(redis: Redis, recovery: RecoveryLimits) -> list[bool]:
    """Return which commands succeed when the memory of Redis is full."""
    redis.client.config_set("maxmemory", "0")
    delivery, (known, new) = connect(redis, recovery), (str(uuid4()), str(uuid4()))
    since = watch(delivery, known)
    publish(delivery, known, 10)
    delivery.set_reply(known, StoredReply("{}", 3))
    redis.client.config_set("maxmemory", "1")
    found = []
    for act in (
        lambda: publish(delivery, known, 10),
        lambda: publish(delivery, new, 10),
        lambda: delivery.get_reply(known),
        lambda: delivery.set_reply(known, None),
        lambda: delivery.claim(known, "viewer"),
        lambda: delivery.claim(new, "viewer"),
    ):
        try:
            act()
            found.append(True)
        except QueueUnavailable:
            found.append(False)
    if recovery.seconds:
        eventually(lambda: not redis.client.exists(stream(known)))
        redis.client.config_set("maxmemory", "0")
        eventually(lambda: is_ready(delivery))
        assert recovered(delivery, known, since) == []
        publish(delivery, known, 10)
        assert not redis.client.exists(stream(known)), "nothing is kept for a while"
    return found


def test_a_full_redis_fails_nothing_more_with_recovery_and_drops_what_is_kept() -> None:
    with Redis() as redis:
        without = outcomes(redis, RECOVERY_OFF)
        assert without[0]
        assert not all(without)
        assert outcomes(redis, HOUR) == without


def test_each_script_uses_keys_of_one_slot_of_a_cluster() -> None:
    with Redis("--cluster-enabled", "yes") as redis:
        redis.client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        eventually(lambda: redis.client.cluster("INFO")["cluster_state"] == "ok")
        delivery, uuid = connect(redis, RecoveryLimits(3600, total_bytes=2**20)), str(uuid4())
        since = watch(delivery, uuid)
        publish(delivery, uuid, 10, 10)
        assert recovered(delivery, uuid, since) == [1, 2]
        for _ in range(30):
            other = str(uuid4())
            watch(delivery, other)
            publish(delivery, other, 60_000)
        eventually(lambda: not redis.client.exists(stream(uuid)))


def test_a_connection_to_a_redis_that_writes_to_a_disk_keeps_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    uuid = str(uuid4())
    with Redis("--dir", str(tmp_path)) as redis:
        delivery = connect(redis)
        watch(delivery, uuid)
        publish(delivery, uuid, 10)
        assert seqs_in(redis, uuid) == [1]
        redis.client.config_set("save", "3600 1")
        redis.client.client_kill_filter(_type="normal", skipme=True)
        eventually(lambda: PERSISTS in caplog.messages)
        eventually(lambda: is_ready(delivery))
        publish(delivery, uuid, 10, 100_000)
        assert seqs_in(redis, uuid) == [1], "the request from before expires"
        redis.client.config_set("save", "")
        redis.client.client_kill_filter(_type="normal", skipme=True)

        def is_kept() -> bool:
            with suppress(QueueUnavailable):
                publish(delivery, uuid, 10)
            return seqs_in(redis, uuid)[0] > 1

        eventually(is_kept)


def test_a_redis_that_hides_its_configuration_keeps_requests_with_a_warning(
    redis: Redis, uuid: str, caplog: pytest.LogCaptureFixture
) -> None:
    user = ("ACL", "SETUSER", "hidden", "on", ">secret", "~*", "&*", "+@all", "-config")
    redis.client.execute_command(*user)
    url = redis.url.replace("//", "//hidden:secret@")
    delivery = connect_delivery(redis, LIMITS, url, recovery=HOUR)
    assert UNREADABLE in caplog.messages
    since = watch(delivery, uuid)
    publish(delivery, uuid, 10)
    assert recovered(delivery, uuid, since) == [1]


def test_a_probe_uses_every_command_of_the_other_scripts() -> None:
    for chosen in (scripts.without_recovery(KEYS), scripts.with_recovery(KEYS, HOUR)):
        others = [script for script in chosen.all if script != chosen.probe]
        used = {name for script in others for name in _COMMAND.findall(script)}
        assert set(_COMMAND.findall(chosen.probe)) == used
        assert len(used) > 10


def test_concurrent_requests_are_kept_in_order(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    since = watch(delivery, uuid)
    another = connect(redis)
    threads = [
        threading.Thread(target=publish, args=(each, uuid, *[10] * 50))
        for each in (delivery, another) * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recovered(delivery, uuid, since) == list(range(1, 201))
