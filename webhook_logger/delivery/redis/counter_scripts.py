"""The part of the scripts that reads a callback's counter, and the scripts about its epochs."""

import random

from webhook_logger.delivery.redis.envelope import SEAL
from webhook_logger.delivery.redis.history import NAME_BYTES

COUNTER_SECONDS = 24 * 60 * 60
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
COUNTER = f"""
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

BARRIER = f"""
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

REACHED = (
    SEAL
    + COUNTER
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
