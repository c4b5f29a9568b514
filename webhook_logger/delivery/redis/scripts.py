"""Lua scripts, each of which Redis runs as one step.

The package's docstring describes their keys, arguments and results.
"""

import random
from typing import NamedTuple

from webhook_logger.delivery.recovery import RecoveryLimits
from webhook_logger.delivery.redis import recovery_scripts
from webhook_logger.delivery.redis.envelope import SEAL
from webhook_logger.delivery.redis.history import NAME_BYTES
from webhook_logger.delivery.redis.keys import Keys

COUNTER_SECONDS = 24 * 60 * 60
PRESENCE_SECONDS = 20
REPLY_SECONDS = 7 * 24 * 60 * 60
PROBE_SECONDS = 60
PENDING_SECONDS = 120
"""Longer than the maximum `RESPONSE_TIMEOUT`."""
MAX_ENDED = 4
"""Maximum ended epochs of a callback in which the queue can count what a viewer missed."""


_random = random.Random()  # noqa: S311  # the system seeds it in each process


def fresh() -> str:
    """Return the random part of an epoch, in case a script begins a new one."""
    # It must be unique but not secret. The system's generator would need a kernel call each time.
    return f"{_random.getrandbits(64):016x}"


_ENDED = "(%x+) (%-?%d+) (%d+)"
"""Matches an ended epoch in the field `ended` of the counter."""

# Reads the whole counter: the position, the viewers on other workers and the responder.
_COUNTER = f"""
local key, worker, fresh, history = KEYS[1], ARGV[1], ARGV[2], ARGV[#ARGV]
local time = redis.call('TIME')
local now = tonumber(time[1])
local epoch
local elsewhere = 0  -- viewers on other workers
local responder  -- the worker of the responder, if there is one
local role  -- the field of the responder
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
    local name, value = fields[i], fields[i + 1]
    if name == 'epoch' then
        epoch = value
    elseif name == 'responder' then
        local who, till = value:match('(%x+) (%d+)')
        responder, role = tonumber(till) > now and who, value
    elseif name:sub(1, 8) == 'viewers:' and name ~= 'viewers:' .. worker then
        local count, till = value:match('(%d+) (%d+)')
        if tonumber(till) > now then
            elsewhere = elsewhere + tonumber(count)
        else
            redis.call('HDEL', key, name)
        end
    end
end
if not epoch or epoch:sub(1, {NAME_BYTES}) ~= history then
    -- In the old epoch, a seq could be assigned a second time.
    local old = epoch
    epoch = history .. fresh
    if old then
        local counted = redis.call('HMGET', key, 'seq', 'ended')
        local last = tonumber(counted[1])
        local ended = {{old .. ' ' .. 0 - last .. ' ' .. last}}
        for name, place, till in (counted[2] or ''):gmatch('{_ENDED}') do
            if #ended < {MAX_ENDED} then
                ended[#ended + 1] = name .. ' ' .. place - last .. ' ' .. till
            end
        end
        redis.call('HSET', key, 'ended', table.concat(ended, ','))
        redis.call('HDEL', key, 'crossed')
    end
    redis.call('HSET', key, 'epoch', epoch, 'seq', 0)
end
redis.call('EXPIRE', key, {COUNTER_SECONDS})
"""

# Counts the viewers that respond to handshakes. Few requests need it.
_HANDSHAKES = """
    local here, there = 0, 0  -- on this worker, as last written, and on the others
    for i = 1, #fields, 2 do
        local name = fields[i]
        local till, count = fields[i + 1]:match('^%d+ (%d+) (%d+)$')
        if name == 'viewers:' .. worker then
            here = tonumber(count) or 0
        elseif count and name:sub(1, 8) == 'viewers:' and tonumber(till) > now then
            there = there + tonumber(count)
        end
    end"""

_CLAIM = f"""
local holder, before = '', ''  -- the viewer that is the responder, and the one that it replaced
if responder then
    holder, before = role:match('%x+ %d+ ?(%S*) ?(%S*)')
end
local function claim(viewer, replaces)
    local is_replaced = replaces ~= '' and replaces == holder
    if responder and responder ~= worker and not is_replaced then
        return before == viewer and 2 or 0
    end
    if is_replaced then
        before = replaces
    elseif viewer ~= holder then
        before = ''
    end
    local till = now + {PRESENCE_SECONDS}
    redis.call('HSET', key, 'responder', table.concat({{worker, till, viewer, before}}, ' '))
    return 1
end
"""

# Uses the local variables `reply_key` and `channel`.
_TAKE_REPLY = f"""
    redis.call('EXPIRE', reply_key, {REPLY_SECONDS})
    local counters = redis.call('HMGET', reply_key, 'times', 'left')
    local times, left = tonumber(counters[1]), tonumber(counters[2]) or 0
    if left > 0 then
        redis.call('HINCRBY', reply_key, 'left', -1)
    end
    if times and redis.call('HINCRBY', reply_key, 'times', -1) <= 0 then
        redis.call('DEL', reply_key)
    end
    if times or left > 0 then
        redis.call('PUBLISH', channel, seal('used'))
    end"""

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
    {_HANDSHAKES}
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
    {_TAKE_REPLY}
end
"""

_WITHDRAW = (
    SEAL
    + f"""
local pending_key, reply_key, id, asker, channel = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local owner = redis.call('HGET', pending_key, id)
if not owner then
    return {{}}
end
-- A balancer may have sent the request twice, so that it is pending again.
if owner:match('%x+ %x+') == asker then
    redis.call('HDEL', pending_key, id)
end
local reply = redis.call('HGET', reply_key, 'reply')
local stored = reply and {{reply, redis.call('HGET', reply_key, 'left')}}
if reply then
    {_TAKE_REPLY}
end
return {{stored}}
"""
)


def respond(keys: Keys) -> str:
    """Return the script that sends a response to the worker of a pending request."""
    return (
        SEAL
        + f"""
local pending_key, id, response = KEYS[1], ARGV[1], ARGV[2]
local owner = redis.call('HGET', pending_key, id)
if not owner then
    return 0
end
local worker, name = owner:match('(%x+) (%x+)')
local worker_channel = '{keys.worker_channels}' .. worker
if redis.call('PUBLISH', worker_channel, seal('response', name, response)) == 0 then
    return 0  -- no receiver: the worker has stopped, or is not subscribed now
end
redis.call('HDEL', pending_key, id)
return 1
"""
    )


_RESPOND_SHARDED = """
local owner = redis.call('HGET', KEYS[1], ARGV[1])
if owner then
    redis.call('HDEL', KEYS[1], ARGV[1])
end
return owner
"""

_DECLINE_SHARDED = """
return redis.call('HGET', KEYS[1], ARGV[1])
"""


def decline(keys: Keys) -> str:
    """Return the script that notifies the worker of a pending request that gets no response."""
    return (
        SEAL
        + f"""
-- The request's worker then withdraws the request.
local owner = redis.call('HGET', KEYS[1], ARGV[1])
if not owner then
    return 0
end
local worker, name = owner:match('(%x+) (%x+)')
return redis.call('PUBLISH', '{keys.worker_channels}' .. worker, seal('gone', name))
"""
    )


_SET_REPLY = (
    SEAL
    + f"""
local key, channel, reply, times, left = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
redis.call('DEL', key)
local message = seal('reply')
if reply ~= '' then
    redis.call('HSET', key, 'reply', reply)
    if times ~= '' then
        redis.call('HSET', key, 'times', times)
    end
    if left ~= '' then
        redis.call('HSET', key, 'left', left)
    end
    redis.call('EXPIRE', key, {REPLY_SECONDS})
    times = times ~= '' and times or '-'
    -- A worker of an older release cannot read the last part, nor a reply that has a sequence.
    message = left == '' and seal('reply', times, reply) or seal('reply', times, reply, left)
end
redis.call('PUBLISH', channel, message)
"""
)

_BARRIER = f"""
local channel, name, since_epoch, since = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local seq = redis.call('HGET', key, 'seq')
local has_responder = responder and 1 or 0
local earlier = ''  -- the requests from the seq 0 of an ended epoch to that of this epoch
if since_epoch ~= '' and since_epoch ~= epoch then
    local ended = redis.call('HGET', key, 'ended') or ''
    for old, place, last in ended:gmatch('{_ENDED}') do
        if old == since_epoch and since <= tonumber(last) then
            earlier = 0 - place .. ''
            redis.call('HSET', key, 'crossed', 1)
        end
    end
end
local function publish_barrier()
    local position = {{epoch, seq, elsewhere .. '', has_responder .. '', earlier}}
    redis.call('PUBLISH', channel, seal('barrier', name, unpack(position)))
end
"""

_REACHED = (
    SEAL
    + _COUNTER
    + f"""
local channel, reached, last = ARGV[3], ARGV[4], tonumber(ARGV[5])
if reached:sub(1, {NAME_BYTES}) == history then
    return reached == epoch and -1 or 0
end
local counted = redis.call('HMGET', key, 'ended', 'crossed')
local ended, at = {{}}, nil
for old, place, till in (counted[1] or ''):gmatch('{_ENDED}') do
    ended[#ended + 1] = {{old, tonumber(place), tonumber(till)}}
    at = old == reached and #ended or at
end
local lost = at and last - ended[at][3] or 0
if not at and #ended == 0 then  -- this Redis began without data
    ended[1] = {{reached, 0 - last, last}}
elseif lost <= 0 then
    return 0
else
    ended[at][3] = last
    if counted[2] or at > 1 then  -- viewers have not counted these requests
        local seq = redis.call('HINCRBY', key, 'seq', lost)
        redis.call('PUBLISH', channel, seal('lost', epoch, seq .. '', lost .. ''))
    else
        for i = at, #ended do
            ended[i][2] = ended[i][2] - lost
        end
    end
end
for i, each in ipairs(ended) do
    ended[i] = table.concat(each, ' ')
end
redis.call('HSET', key, 'ended', table.concat(ended, ','))
return lost
"""
)

CLAIM = (
    _COUNTER
    + _CLAIM
    + """
local viewer, replaces, only_replace = ARGV[3], ARGV[4], ARGV[5] == 'replace'
if only_replace and (not responder or (replaces ~= holder and viewer ~= holder)) then
    return 0
end
return claim(viewer, replaces)
"""
)


_PRESENCE = f"""
local pending_key, viewers, channel, viewer = KEYS[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
{_HANDSHAKES}
local handshakes = there + tonumber(ARGV[6])
if viewers == 0 and ARGV[6] == '0' then
    redis.call('HDEL', key, 'viewers:' .. worker)
else
    local present = table.concat({{viewers, now + {PRESENCE_SECONDS}, ARGV[6]}}, ' ')
    redis.call('HSET', key, 'viewers:' .. worker, present)
end
local ended = viewer == '' and responder == worker
if ended then
    redis.call('HDEL', key, 'responder')
    responder = nil
end
if ended or (here > 0 and handshakes == 0) then
    for _, owner in ipairs(redis.call('HVALS', pending_key)) do
        local who, name, kind = owner:match('(%x+) (%x+) ?(%a*)')
        local waits = not ended
        if kind == 'handshake' then
            waits = responder or handshakes > 0
        end
        if not waits then
            notify(who, name)
        end
    end
end
local claimed = viewer ~= '' and 1
if viewer ~= '' and viewer ~= '?' then
    claimed = claim(viewer, '')
    responder = responder or worker
end
viewers = viewers + elsewhere
local responding = responder and '1' or '0'
local sent = redis.call('HMGET', key, 'viewers', 'responding')
if tonumber(sent[1]) ~= viewers or (sent[2] or '0') ~= responding then
    redis.call('HSET', key, 'viewers', viewers, 'responding', responding)
    redis.call('PUBLISH', channel, seal('viewers', viewers .. '', responding))
end
"""


def _presence(keys: Keys) -> str:
    return f"""
local function notify(who, name)
    redis.call('PUBLISH', '{keys.worker_channels}' .. who, seal('gone', name))
end
{_PRESENCE}
return claimed
"""


_PRESENCE_SHARDED = f"""
local owners = {{}}
local function notify(who, name)  -- the channel of that worker is in another slot
    owners[#owners + 1] = who .. ' ' .. name
end
{_PRESENCE}
return {{claimed, owners}}
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
    """The scripts that differ with the prefix of keys, or with recovery. The others have their
    names above.
    """

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
        + _COUNTER
        + _PUBLISH
        + "return {epoch, seq, elsewhere, stored, pending and 1 or 0}",
        barrier=SEAL + _COUNTER + _BARRIER + "publish_barrier()",
        presence=SEAL + _COUNTER + _CLAIM + (_PRESENCE_SHARDED if is_sharded else _presence(keys)),
        probe=_PROBE,
        respond=_RESPOND_SHARDED if is_sharded else respond(keys),
        decline=_DECLINE_SHARDED if is_sharded else decline(keys),
        set_reply=_SET_REPLY,
        withdraw=_WITHDRAW,
        reached=_REACHED,
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
        + _COUNTER
        + _PUBLISH
        + kept
        + recovery_scripts.keep(limits)
        + "return {epoch, seq, elsewhere, stored, pending and 1 or 0, kept_bytes}",
        barrier=SEAL
        + _COUNTER
        + _BARRIER
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
        + _COUNTER
        + _CLAIM
        + kept
        + f"""
local is_watched = tonumber(ARGV[3]) + elsewhere > 0
local seconds = is_watched and {PRESENCE_SECONDS} or 0
redis.call('HSET', key, 'watched', ms + kept_ms + 1000 * seconds)
"""
        + (_PRESENCE_SHARDED if is_sharded else _presence(keys)),
        probe=_PROBE + recovery_scripts.PROBE,
        others=(
            plain.publish,
            recovery_scripts.EVICT,
            recovery_scripts.ledger(limits),
        ),
    )
    return _sharded(scripts) if is_sharded else scripts
