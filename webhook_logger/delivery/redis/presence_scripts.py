"""The scripts about viewers: their number, the responder, and those that respond to handshakes."""

from webhook_logger.delivery.redis.counter_scripts import COUNTER
from webhook_logger.delivery.redis.keys import Keys

PRESENCE_SECONDS = 20

# Counts the viewers that respond to handshakes. Few requests need it.
HANDSHAKES = """
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

CLAIM_ROLE = f"""
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

CLAIM = (
    COUNTER
    + CLAIM_ROLE
    + """
local viewer, replaces, only_replace = ARGV[3], ARGV[4], ARGV[5] == 'replace'
if only_replace and (not responder or (replaces ~= holder and viewer ~= holder)) then
    return 0
end
return claim(viewer, replaces)
"""
)

PRESENCE = f"""
local pending_key, viewers, channel, viewer = KEYS[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
{HANDSHAKES}
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


def presence(keys: Keys) -> str:
    return f"""
local function notify(who, name)
    redis.call('PUBLISH', '{keys.worker_channels}' .. who, seal('gone', name))
end
{PRESENCE}
return claimed
"""


PRESENCE_SHARDED = f"""
local owners = {{}}
local function notify(who, name)  -- the channel of that worker is in another slot
    owners[#owners + 1] = who .. ' ' .. name
end
{PRESENCE}
return {{claimed, owners}}
"""
