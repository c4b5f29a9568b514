"""What Redis does in one step. Every callback has one key, a hash:

    epoch              the name of the queue's history (`history.py`), and a random part, from when
                       counting began
    seq                of the last accepted request
    viewers:<worker>   "<count> <until>" for a worker with viewers; void after that Unix time
    viewers            their sum, as it was last told to the viewers
    window, taken      a second of Redis' clock, and what was accepted in it, if there is a limit
    answerer           "<worker> <until>": a viewer of that worker answers; void after that time

It expires a day after the last request or viewer. The callback's reply, if it has one, is a hash
beside it, which expires 7 days after its last use:

    reply              JSON
    times              for how many requests more, if not for all

Another hash has the requests whose senders wait for the answerer, and expires when none can be
waiting any more:

    <id>               "<worker> <name>": which worker holds it, and under which name
"""

import random

from webhook_logger.delivery.redis.envelope import SEAL
from webhook_logger.delivery.redis.history import NAME_BYTES
from webhook_logger.delivery.redis.keys import WORKER_CHANNEL

COUNTER_SECONDS = 24 * 60 * 60
PRESENCE_SECONDS = 20
REPLY_SECONDS = 7 * 24 * 60 * 60
PROBE_SECONDS = 60
HELD_SECONDS = 120
"""Longer than any time that a sender is held for an answerer."""


_random = random.Random()  # noqa: S311  # seeded by the system, for each process anew


def fresh() -> str:
    """Return the random part of an epoch: each script brings one, in case counting starts again."""
    # It has to differ and is no secret; the system's generator is a call to the kernel each time.
    return f"{_random.getrandbits(64):016x}"


# All that is kept is read at once: what a request is counted by, and who has to be told of it.
#
# ARGV[1]: this worker's id. ARGV[2]: the random part of a new epoch, if counting has to start
# again; of a request also the worker's name for it, should it be held. The last of ARGV, for every
# script: the name of the history that the worker knows the queue to be in.
_COUNTER = f"""
local key, worker = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = tonumber(time[1])
local epoch
local elsewhere = 0  -- viewers on other workers
local answerer  -- the worker whose viewer answers, if there is one
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
    local name, value = fields[i], fields[i + 1]
    if name == 'epoch' then
        epoch = value
    elseif name == 'answerer' then
        local who, till = value:match('(%x+) (%d+)')
        answerer = tonumber(till) > now and who
    elseif name:sub(1, 8) == 'viewers:' and name ~= 'viewers:' .. worker then
        local count, till = value:match('(%d+) (%d+)')
        if tonumber(till) > now then
            elsewhere = elsewhere + tonumber(count)
        else
            redis.call('HDEL', key, name)
        end
    end
end
local history = ARGV[#ARGV]
if not epoch or epoch:sub(1, {NAME_BYTES}) ~= history then  -- then seqs may be given a second time
    epoch = history .. ARGV[2]
    redis.call('HSET', key, 'epoch', epoch, 'seq', 0)
end
redis.call('EXPIRE', key, {COUNTER_SECONDS})
"""

_CLAIM = f"""
local function claim()
    if answerer and answerer ~= worker then
        return 0
    end
    redis.call('HSET', key, 'answerer', worker .. ' ' .. now + {PRESENCE_SECONDS})
    return 1
end
"""

# KEYS[2]: the reply. ARGV[3]: the channel.
_TAKE_REPLY = f"""
    redis.call('EXPIRE', KEYS[2], {REPLY_SECONDS})
    if redis.call('HEXISTS', KEYS[2], 'times') == 1 then
        if redis.call('HINCRBY', KEYS[2], 'times', -1) <= 0 then
            redis.call('DEL', KEYS[2])
        end
        redis.call('PUBLISH', ARGV[3], seal('used'))
    end"""

PUBLISH = (
    SEAL
    + _COUNTER
    + f"""
-- KEYS[2]: the reply. ARGV[3]: the channel. ARGV[4]: the request's id. ARGV[5]: the members of its
-- event. ARGV[6]: the most requests in a second, 0 for no limit. ARGV[7], ARGV[8]: status and `by`
-- of the response without a reply. ARGV[9]: 'take' the reply, or 'look' at it.
-- Returns {{epoch, seq, viewers elsewhere, reply, whether it is held}}, or {{milliseconds until a
-- place}}.
local limit = tonumber(ARGV[6])
if limit > 0 then
    local window = redis.call('HMGET', key, 'window', 'taken')
    local taken = window[1] == time[1] and tonumber(window[2]) or 0
    if taken >= limit then
        return {{1000 - math.floor(tonumber(time[2]) / 1000)}}
    end
    redis.call('HSET', key, 'window', time[1], 'taken', taken + 1)
end
local held = answerer and ARGV[9] == 'take'
if held then
    -- A key in the same slot, not among KEYS because hardly any request needs it.
    local held_key = key .. ':held'
    redis.call('HSET', held_key, ARGV[4], worker .. ' ' .. ARGV[2])
    redis.call('EXPIRE', held_key, {HELD_SECONDS})
end
local reply = not held and redis.call('HGET', KEYS[2], 'reply')
local seq = redis.call('HINCRBY', key, 'seq', 1)
local status = (reply or held) and '0' or ARGV[7]
redis.call('PUBLISH', ARGV[3], seal('request', epoch, seq .. '', status, ARGV[8], ARGV[5]))
if reply and ARGV[9] == 'take' then
    {_TAKE_REPLY}
end
return {{epoch, seq, elsewhere, reply, held and 1 or 0}}
"""
)

TAKE_BACK = (
    SEAL
    + f"""
-- KEYS[1]: what is held. KEYS[2]: the reply. ARGV[1]: the request's id.
-- ARGV[2]: "<worker> <name>" of who asks. ARGV[3]: the channel.
-- Returns {{reply}}, or {{}} when an answer is on its way.
local holder = redis.call('HGET', KEYS[1], ARGV[1])
if not holder then
    return {{}}
end
if holder == ARGV[2] then  -- else the same request is held anew: a balancer has sent it again
    redis.call('HDEL', KEYS[1], ARGV[1])
end
local reply = redis.call('HGET', KEYS[2], 'reply')
if reply then
    {_TAKE_REPLY}
end
return {{reply}}
"""
)

ANSWER = (
    SEAL
    + f"""
-- KEYS[1]: what is held. ARGV[1]: the request's id. ARGV[2]: the answer.
-- Returns whether the worker that holds it gets the answer.
local holder = redis.call('HGET', KEYS[1], ARGV[1])
if not holder then
    return 0
end
local worker, name = holder:match('(%x+) (%x+)')
local heard = redis.call('PUBLISH', '{WORKER_CHANNEL}' .. worker, seal('answer', name, ARGV[2]))
if heard == 0 then  -- it is gone, or deaf for now
    return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
return 1
"""
)

DECLINE = (
    SEAL
    + f"""
-- KEYS[1]: what is held. ARGV[1]: the request's id.
-- Returns whether the worker that holds it hears of it; it takes the request back by itself.
local holder = redis.call('HGET', KEYS[1], ARGV[1])
if not holder then
    return 0
end
local worker, name = holder:match('(%x+) (%x+)')
return redis.call('PUBLISH', '{WORKER_CHANNEL}' .. worker, seal('gone', name))
"""
)

SET_REPLY = (
    SEAL
    + f"""
-- KEYS[1]: the reply. ARGV[1]: the channel. ARGV[2]: the reply's JSON, '' for none.
-- ARGV[3]: for how many requests, '' for all.
redis.call('DEL', KEYS[1])
local told = seal('reply')
if ARGV[2] ~= '' then
    redis.call('HSET', KEYS[1], 'reply', ARGV[2])
    if ARGV[3] ~= '' then
        redis.call('HSET', KEYS[1], 'times', ARGV[3])
    end
    redis.call('EXPIRE', KEYS[1], {REPLY_SECONDS})
    told = seal('reply', ARGV[3] ~= '' and ARGV[3] or '-', ARGV[2])
end
redis.call('PUBLISH', ARGV[1], told)
"""
)

CUT = (
    SEAL
    + _COUNTER
    + """
-- ARGV[3]: the worker's own channel. ARGV[4]: what names this cut.
local seq = redis.call('HGET', key, 'seq')
redis.call('PUBLISH', ARGV[3], seal('cut', ARGV[4], epoch, seq, elsewhere .. ''))
"""
)

CLAIM = (
    _COUNTER
    + _CLAIM
    + """
-- Returns 1, or 0 when a viewer of another worker answers.
return claim()
"""
)

PRESENCE = (
    SEAL
    + _COUNTER
    + _CLAIM
    + f"""
-- KEYS[2]: what is held.
-- ARGV[3]: how many viewers this worker has. ARGV[4]: the channel, which is told of a change.
-- ARGV[5]: 'answers' when one of them does; else the workers that hold something for one that did
-- hear that it is gone.
local viewers = tonumber(ARGV[3])
if viewers == 0 then
    redis.call('HDEL', key, 'viewers:' .. worker)
else
    redis.call('HSET', key, 'viewers:' .. worker, viewers .. ' ' .. now + {PRESENCE_SECONDS})
end
viewers = viewers + elsewhere
if tonumber(redis.call('HGET', key, 'viewers')) ~= viewers then
    redis.call('HSET', key, 'viewers', viewers)
    redis.call('PUBLISH', ARGV[4], seal('viewers', viewers .. ''))
end
if ARGV[5] == 'answers' then
    claim()
elseif answerer == worker then
    redis.call('HDEL', key, 'answerer')
    for _, holder in ipairs(redis.call('HVALS', KEYS[2])) do
        local who, name = holder:match('(%x+) (%x+)')
        redis.call('PUBLISH', '{WORKER_CHANNEL}' .. who, seal('gone', name))
    end
end
"""
)

PROBE = f"""
-- KEYS[1]: a key that is nobody's. ARGV[1]: a channel that nobody reads.
-- Uses each command that the other scripts use, so that it fails where one of them would. HSET
-- comes first: behind any other write Redis lets a script go on though its memory is full.
redis.call('HSET', KEYS[1], 'probe', 0)
redis.call('EXPIRE', KEYS[1], {PROBE_SECONDS})
redis.call('TIME')
redis.call('HINCRBY', KEYS[1], 'probe', 1)
redis.call('HEXISTS', KEYS[1], 'probe')
redis.call('HGET', KEYS[1], 'probe')
redis.call('HMGET', KEYS[1], 'probe')
redis.call('HGETALL', KEYS[1])
redis.call('HVALS', KEYS[1])
redis.call('HDEL', KEYS[1], 'nothing')
redis.call('PUBLISH', ARGV[1], 'probe')
redis.call('DEL', KEYS[1])
"""

ALL = (PUBLISH, SET_REPLY, TAKE_BACK, ANSWER, DECLINE, CUT, CLAIM, PRESENCE, PROBE)
