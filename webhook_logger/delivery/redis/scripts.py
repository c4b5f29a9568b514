"""Lua scripts, each of which Redis runs as one step, put together from their parts.

The package's docstring describes their keys, arguments and results.
"""

from typing import NamedTuple

from webhook_logger.delivery.recovery import RecoveryLimits
from webhook_logger.delivery.redis import recovery_scripts
from webhook_logger.delivery.redis.counter_scripts import BARRIER, COUNTER, REACHED
from webhook_logger.delivery.redis.envelope import SEAL
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.presence_scripts import (
    CLAIM,
    CLAIM_ROLE,
    HANDSHAKES,
    PRESENCE_SECONDS,
    PRESENCE_SHARDED,
    presence,
)
from webhook_logger.delivery.redis.response_scripts import (
    DECLINE_SHARDED,
    RESPOND_SHARDED,
    SET_REPLY,
    TAKE_REPLY,
    WITHDRAW,
    decline,
    respond,
)

PROBE_SECONDS = 60
PENDING_SECONDS = 120
"""Longer than the maximum `RESPONSE_TIMEOUT`."""

_PUBLISH = f"""
local reply_key, channel, id, members = KEYS[2], ARGV[3], ARGV[4], ARGV[5]
local limit, status, by = tonumber(ARGV[6]), ARGV[7], ARGV[8]
local takes, holds = ARGV[9] ~= 'look', ARGV[9] == 'hold'
if limit > 0 then
    local window = redis.call('HMGET', key, 'window', 'taken')
    local taken = window[1] == time[1] and tonumber(window[2]) or 0
    if taken >= limit then
        return {{1000 - math.floor(tonumber(time[2]) / 1000)}}
    end
    redis.call('HSET', key, 'window', time[1], 'taken', taken + 1)
end
local reply = redis.call('HGET', reply_key, 'reply')
local is_handshake = holds and not reply
local pending = takes and responder
if is_handshake and not pending then
    {HANDSHAKES}
    pending = here + there > 0
end
if pending then
    -- This key is in the same slot. It is not in KEYS because few requests need it.
    local pending_key = key .. ':pending'
    local kind = is_handshake and ' handshake' or ''
    redis.call('HSET', pending_key, id, worker .. ' ' .. fresh .. kind)
    redis.call('EXPIRE', pending_key, {PENDING_SECONDS})
    reply = false
end
local stored = reply and {{reply, redis.call('HGET', reply_key, 'left')}}
local seq = redis.call('HINCRBY', key, 'seq', 1)
status = (reply or pending) and '0' or status
local message = seal('request', epoch, seq .. '', status, by, members)
redis.call('PUBLISH', channel, message)
if reply and takes then
    {TAKE_REPLY}
end
"""

_PROBE = f"""
-- Use every command of the other scripts, so that this script fails if one of them would. HSET is
-- first, because after another write Redis continues a script even if its memory is full.
redis.call('HSET', KEYS[1], 'probe', 0)
redis.call('EXPIRE', KEYS[1], {PROBE_SECONDS})
redis.call('TIME')
redis.call('HINCRBY', KEYS[1], 'probe', 1)
redis.call('HGET', KEYS[1], 'probe')
redis.call('HMGET', KEYS[1], 'probe')
redis.call('HGETALL', KEYS[1])
redis.call('HVALS', KEYS[1])
redis.call('HDEL', KEYS[1], 'nothing')
redis.call('PUBLISH', ARGV[1], 'probe')
redis.call('DEL', KEYS[1])
"""


class Scripts(NamedTuple):
    """The scripts of a worker, except `CLAIM`, which is the same for all."""

    publish: str
    barrier: str
    presence: str
    probe: str
    respond: str
    decline: str
    set_reply: str
    withdraw: str
    reached: str
    others: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Return all scripts of a worker."""
        return (*self[:-1], *self.others, CLAIM)


def without_recovery(keys: Keys, is_sharded: bool = False) -> Scripts:
    """Return the scripts of a worker that keeps no requests. Sharded ones are for a cluster."""
    scripts = Scripts(
        publish=SEAL
        + COUNTER
        + _PUBLISH
        + "return {epoch, seq, elsewhere, stored, pending and 1 or 0}",
        barrier=SEAL + COUNTER + BARRIER + "publish_barrier()",
        presence=SEAL + COUNTER + CLAIM_ROLE + (PRESENCE_SHARDED if is_sharded else presence(keys)),
        probe=_PROBE,
        respond=RESPOND_SHARDED if is_sharded else respond(keys),
        decline=DECLINE_SHARDED if is_sharded else decline(keys),
        set_reply=SET_REPLY,
        withdraw=WITHDRAW,
        reached=REACHED,
    )
    return _sharded(scripts) if is_sharded else scripts


def _sharded(scripts: Scripts) -> Scripts:
    """Return the scripts with sharded channels."""

    def shard(script: str) -> str:
        return script.replace("'PUBLISH'", "'SPUBLISH'")

    return scripts._replace(
        publish=shard(scripts.publish),
        barrier=shard(scripts.barrier),
        presence=shard(scripts.presence),
        probe=shard(scripts.probe),
        set_reply=shard(scripts.set_reply),
        withdraw=shard(scripts.withdraw),
        reached=shard(scripts.reached),
        others=tuple(map(shard, scripts.others)),
    )


def with_recovery(keys: Keys, limits: RecoveryLimits, is_sharded: bool = False) -> Scripts:
    """Return the scripts of a worker that keeps requests within these limits."""
    plain = without_recovery(keys, is_sharded)
    kept = recovery_scripts.common(limits)
    scripts = plain._replace(
        publish=SEAL
        + COUNTER
        + _PUBLISH
        + kept
        + recovery_scripts.keep(limits)
        + "return {epoch, seq, elsewhere, stored, pending and 1 or 0, kept_bytes}",
        barrier=SEAL
        + COUNTER
        + BARRIER
        + kept
        + recovery_scripts.RECOVER
        + """
local watched = tonumber(redis.call('HGET', key, 'watched')) or 0
redis.call('HSET', key, 'watched', math.max(watched, ms + kept_ms))
if earlier ~= '' then
    since_epoch, since = epoch, math.max(0, since - earlier)
end
local messages, is_complete = recover(since_epoch, since, tonumber(seq))
if is_complete then
    publish_barrier()
end
return {epoch, seq, elsewhere, is_complete and 1 or 0, messages, has_responder, earlier}
""",
        presence=SEAL
        + COUNTER
        + CLAIM_ROLE
        + kept
        + f"""
local is_watched = tonumber(ARGV[3]) + elsewhere > 0
local seconds = is_watched and {PRESENCE_SECONDS} or 0
redis.call('HSET', key, 'watched', ms + kept_ms + 1000 * seconds)
"""
        + (PRESENCE_SHARDED if is_sharded else presence(keys)),
        probe=_PROBE + recovery_scripts.PROBE,
        others=(
            plain.publish,
            recovery_scripts.EVICT,
            recovery_scripts.ledger(limits),
        ),
    )
    return _sharded(scripts) if is_sharded else scripts
