"""What Redis does in one step. Every callback has one key, a hash:

    epoch              random, from when counting began
    seq                of the last accepted request
    viewers:<worker>   "<count> <until>" for a worker with viewers; void after that Unix time
    viewers            their sum, as it was last told to the viewers
    window, taken      a second of Redis' clock, and what was accepted in it, if there is a limit

It expires a day after the last request or viewer. The callback's reply, if it has one, is a hash
beside it, which expires 7 days after its last use:

    reply              JSON
    times              for how many requests more, if not for all
"""

import random

COUNTER_SECONDS = 24 * 60 * 60
PRESENCE_SECONDS = 20
REPLY_SECONDS = 7 * 24 * 60 * 60


def key(uuid: str) -> str:
    """The callback's key; the braces are a hash tag, so that a cluster can keep it in one slot."""
    return f"webhook-logger:{{{uuid}}}"


def reply_key(uuid: str) -> str:
    """The key of the callback's reply."""
    return key(uuid) + ":reply"


def channel(uuid: str) -> str:
    """The callback's channel, with the key's hash tag."""
    return key(uuid) + ":requests"


def worker_channel(worker: str) -> str:
    """The channel of a worker alone."""
    return f"webhook-logger:worker:{worker}"


def uuid_of(channel: str) -> str:
    """The callback of such a channel."""
    return channel.partition("{")[2].partition("}")[0]


_random = random.Random()  # noqa: S311  # seeded by the system, for each process anew


def fresh_epoch() -> str:
    """A random epoch: what every script brings along, should counting have to start anew."""
    # It has to differ and is no secret; the system's generator is a call to the kernel each time.
    return f"{_random.getrandbits(64):016x}"


# ARGV[1]: this worker's id. ARGV[2]: the epoch to begin with, if counting has to start anew.
_COUNTER = f"""
local key, worker = KEYS[1], ARGV[1]
local epoch = redis.call('HGET', key, 'epoch')
if not epoch then
    epoch = ARGV[2]
    redis.call('HSET', key, 'epoch', epoch, 'seq', 0)
end
redis.call('EXPIRE', key, {COUNTER_SECONDS})

local function viewers_elsewhere()
    local now, sum = tonumber(redis.call('TIME')[1]), 0
    local fields = redis.call('HGETALL', key)
    for i = 1, #fields, 2 do
        local name = fields[i]
        if name:sub(1, 8) == 'viewers:' and name ~= 'viewers:' .. worker then
            local count, till = fields[i + 1]:match('(%d+) (%d+)')
            if tonumber(till) > now then
                sum = sum + tonumber(count)
            else
                redis.call('HDEL', key, name)
            end
        end
    end
    return sum
end
"""

PUBLISH = (
    _COUNTER
    + f"""
-- KEYS[2]: the reply. ARGV[3]: the channel. ARGV[4]: the callback's UUID.
-- ARGV[5]: the event's JSON behind "seq". ARGV[6]: the most requests in a second, 0 for no limit.
-- ARGV[7]: what is answered without a reply. ARGV[8]: 'take' the reply, or 'look' at it.
-- Returns {{epoch, seq, viewers elsewhere, reply}}, or {{milliseconds until a place}}.
local limit = tonumber(ARGV[6])
if limit > 0 then
    local now = redis.call('TIME')
    local window = redis.call('HMGET', key, 'window', 'taken')
    local taken = window[1] == now[1] and tonumber(window[2]) or 0
    if taken >= limit then
        return {{1000 - math.floor(tonumber(now[2]) / 1000)}}
    end
    redis.call('HSET', key, 'window', now[1], 'taken', taken + 1)
end
local reply = redis.call('HGET', KEYS[2], 'reply')
local seq = redis.call('HINCRBY', key, 'seq', 1)
local position = '{{"uuid":"' .. ARGV[4] .. '","epoch":"' .. epoch .. '","seq":' .. seq .. ','
redis.call('PUBLISH', ARGV[3], position .. ARGV[5] .. (reply and '' or '\\n' .. ARGV[7]))
if reply and ARGV[8] == 'take' then
    redis.call('EXPIRE', KEYS[2], {REPLY_SECONDS})
    if redis.call('HEXISTS', KEYS[2], 'times') == 1 then
        if redis.call('HINCRBY', KEYS[2], 'times', -1) <= 0 then
            redis.call('DEL', KEYS[2])
        end
        redis.call('PUBLISH', ARGV[3], 'used')
    end
end
return {{epoch, seq, viewers_elsewhere(), reply}}
"""
)

SET_REPLY = f"""
-- KEYS[1]: the reply. ARGV[1]: the channel. ARGV[2]: the reply's JSON, '' for none.
-- ARGV[3]: for how many requests, '' for all.
-- Workers are told "reply <times> <JSON>", or "reply" when there is none any more.
redis.call('DEL', KEYS[1])
local told = ''
if ARGV[2] ~= '' then
    redis.call('HSET', KEYS[1], 'reply', ARGV[2])
    if ARGV[3] ~= '' then
        redis.call('HSET', KEYS[1], 'times', ARGV[3])
    end
    redis.call('EXPIRE', KEYS[1], {REPLY_SECONDS})
    told = ' ' .. (ARGV[3] ~= '' and ARGV[3] or '-') .. ' ' .. ARGV[2]
end
redis.call('PUBLISH', ARGV[1], 'reply' .. told)
"""

CUT = (
    _COUNTER
    + """
-- ARGV[3]: the worker's own channel. ARGV[4]: what names this cut.
local seq = redis.call('HGET', key, 'seq')
redis.call('PUBLISH', ARGV[3], table.concat({'cut', ARGV[4], epoch, seq, viewers_elsewhere()}, ' '))
"""
)

PRESENCE = (
    _COUNTER
    + f"""
-- ARGV[3]: how many viewers this worker has. ARGV[4]: the channel, which is told of a change.
local viewers = tonumber(ARGV[3])
if viewers == 0 then
    redis.call('HDEL', key, 'viewers:' .. worker)
else
    local till = tonumber(redis.call('TIME')[1]) + {PRESENCE_SECONDS}
    redis.call('HSET', key, 'viewers:' .. worker, viewers .. ' ' .. till)
end
viewers = viewers + viewers_elsewhere()
if tonumber(redis.call('HGET', key, 'viewers')) ~= viewers then
    redis.call('HSET', key, 'viewers', viewers)
    redis.call('PUBLISH', ARGV[4], 'viewers ' .. viewers)
end
"""
)

ALL = (PUBLISH, SET_REPLY, CUT, PRESENCE)
