"""The scripts about responses: the callback's reply, and requests whose senders wait."""

from webhook_logger.delivery.redis.envelope import SEAL
from webhook_logger.delivery.redis.keys import Keys

REPLY_SECONDS = 7 * 24 * 60 * 60

# Uses the local variables `reply_key` and `channel`.
TAKE_REPLY = f"""
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

SET_REPLY = (
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

WITHDRAW = (
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
    {TAKE_REPLY}
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


RESPOND_SHARDED = """
local owner = redis.call('HGET', KEYS[1], ARGV[1])
if owner then
    redis.call('HDEL', KEYS[1], ARGV[1])
end
return owner
"""

DECLINE_SHARDED = """
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
