"""The parts of the scripts that keep requests for recovery, and read them.

The package's docstring describes the keys. If one of these parts fails, the request is published
without being kept.
"""

from __future__ import annotations

from webhook_logger.delivery.recovery import SLICE_BYTES, SLICE_REQUESTS, RecoveryLimits

REQUEST_OVERHEAD_BYTES = 64
"""Memory that Redis needs for each kept request, in addition to its message."""
CALLBACK_OVERHEAD_BYTES = 6 * 1024
"""Memory that Redis needs for each callback with kept requests: the stream, up to 4 KiB of removed
requests in its first node, and the ledger's entries.
"""
TRIM_BYTES = 256 * 1024
"""A full buffer without marks is trimmed by up to this number of bytes, so that few requests trim
it, and each reads little.
"""
MARKS = 16
"""Approximate number of marks in a full buffer."""
READ_BYTES = 64 * 1024
"""Approximate size of the entries that a script reads at once."""
MAX_READ = 64
PROBE_MILLISECONDS = 60_000
MAX_EVICTED = 1000
"""Maximum callbacks that one run of the ledger's script evicts."""


def milliseconds(limits: RecoveryLimits) -> int:
    """Return the time for which a request is kept."""
    return max(1, round(limits.seconds * 1000))


def common(limits: RecoveryLimits) -> str:
    """Return the beginning of the parts below, after the counter has been read."""
    return f"""
-- This key is in the same slot. It is not in KEYS because the scripts without recovery have no such
-- key, and one of them can replace this script.
local recovery_key = key .. ':recovery'
local ms, kept_ms = now * 1000 + math.floor(tonumber(time[2]) / 1000), {milliseconds(limits)}
local function is_fresh(at)  -- also false if the clock was set back by a longer time
    return math.abs(ms - at) <= kept_ms
end
local function kept_until(last, kept)  -- nothing if the kept requests do not end with `last`
    local of, first, at, seq, bytes = (kept or ''):match('^(%x+) (%d+) (%d+) (%d+) (%d+)$')
    if of == epoch and tonumber(seq) == last then
        return tonumber(first), tonumber(at), tonumber(bytes)
    end
end
local function read(first, average)  -- some of the entries, of that average size
    local count = math.max(1, math.min({MAX_READ}, math.floor({READ_BYTES} / average)))
    return redis.call('XRANGE', recovery_key, first .. '-0', '+', 'COUNT', count)
end
local function position(entry)
    local seq, at = entry[1]:match('^(%d+)-(%d+)$')
    return tonumber(seq), tonumber(at)
end
"""


def keep(limits: RecoveryLimits) -> str:
    """Return the end of the script that publishes, which keeps `message`."""
    mark = max(1, limits.bytes // MARKS)
    return f"""
local function trim(first, at, bytes, marks)
    local target, average = bytes, bytes / (seq - first + 1)
    if bytes > {limits.bytes} then
        target = {limits.bytes - min(limits.bytes // 8, TRIM_BYTES)}
        -- With a mark, Redis need not read the entries that it removes.
        for marked, marked_at, before in marks:gmatch('(%d+) (%d+) (%d+)') do
            if bytes - before <= {limits.bytes - limits.bytes // 8} then
                first, at, bytes = tonumber(marked), tonumber(marked_at), bytes - before
                redis.call('XTRIM', recovery_key, 'MINID', first .. '-0')
                break
            end
        end
        if bytes <= target and is_fresh(at) then
            return first, at, bytes
        end
    end
    while first <= seq do
        for _, entry in ipairs(read(first, average)) do
            local at
            first, at = position(entry)
            if first == seq or bytes <= target and is_fresh(at) then
                redis.call('XTRIM', recovery_key, 'MINID', entry[1])
                return first, at, bytes
            end
            bytes = bytes - #entry[2][2] - {REQUEST_OVERHEAD_BYTES}
        end
        first = first + 1
    end
end
local function keep()  -- returns the bytes that are now kept, or -1 if nothing was and is kept
    local watched, kept, marks
    for i = 1, #fields, 2 do
        if fields[i] == 'watched' then
            watched = fields[i + 1]
        elseif fields[i] == 'kept' then
            kept = fields[i + 1]
        elseif fields[i] == 'marks' then
            marks = fields[i + 1]
        end
    end
    local size = #message + {REQUEST_OVERHEAD_BYTES}
    if not watched or tonumber(watched) < ms or size > {limits.bytes} then
        if not kept then
            return -1
        end
        error('not kept')
    end
    local first, at, bytes = kept_until(seq - 1, kept)
    local id = seq .. '-' .. ms
    if not first
        or not redis.call('XADD', recovery_key, 'NOMKSTREAM', id, 'message', message) then
        redis.call('DEL', recovery_key)
        redis.call('XADD', recovery_key, id, 'message', message)
        first, at, bytes = seq, ms, 0
    end
    local before = bytes
    bytes = bytes + size
    local is_marked = math.floor(bytes / {mark}) > math.floor(before / {mark})
    local is_trimmed = bytes > {limits.bytes} or math.abs(ms - at) > kept_ms * 9 / 8
    if is_marked or is_trimmed then
        local start = epoch .. ' ' .. first .. ':'
        marks = marks and marks:sub(1, #start) == start and marks:sub(#start + 1) or ''
        if is_marked then
            marks = marks .. ' ' .. seq .. ' ' .. ms .. ' ' .. before
        end
        if is_trimmed then
            local all = bytes
            first, at, bytes = trim(first, at, bytes, marks)
            local removed, left = all - bytes, {{}}
            for marked, marked_at, preceding in marks:gmatch('(%d+) (%d+) (%d+)') do
                if tonumber(marked) > first then
                    left[#left + 1] = marked .. ' ' .. marked_at .. ' ' .. preceding - removed
                end
            end
            marks = table.concat(left, ' ')
        end
        redis.call('HSET', key, 'marks', epoch .. ' ' .. first .. ':' .. marks)
    end
    redis.call('HSET', key, 'kept', table.concat({{epoch, first, at, seq, bytes}}, ' '))
    redis.call('PEXPIRE', recovery_key, kept_ms)
    return bytes
end
local is_kept, kept_bytes = pcall(keep)
if not is_kept then  -- older requests must go, too, because no request may be missing between two
    redis.call('DEL', recovery_key)
    redis.call('HDEL', key, 'kept', 'marks')
    kept_bytes = 0
end
"""


RECOVER = f"""
local function recover(since_epoch, since, head)  -- returns messages, and whether these are all
    local first, at, bytes = kept_until(head, redis.call('HGET', key, 'kept'))
    local slice, size, seq = {{}}, 0
    if not first or since_epoch ~= epoch then
        return slice, true
    end
    local following, average = math.max(first, since + 1), bytes / (head - first + 1)
    while following <= head do
        local entries = read(following, average)
        if #entries == 0 then  -- Redis has expired or evicted the stream
            return {{}}, true
        end
        for _, entry in ipairs(entries) do
            local message = entry[2][2]
            seq, at = position(entry)
            if is_fresh(at) then
                size = size + #message
                if #slice == {SLICE_REQUESTS} or #slice > 0 and size > {SLICE_BYTES} then
                    return slice, false
                end
                slice[#slice + 1] = message
            else
                slice, size = {{}}, 0
            end
        end
        following = seq + 1
    end
    return slice, true
end
"""


PROBE = f"""
local recovery_key = KEYS[1] .. ':recovery'
redis.call('XADD', recovery_key, 'NOMKSTREAM', '1-0', 'message', 'probe')
redis.call('XADD', recovery_key, '1-0', 'message', 'probe')
redis.call('PEXPIRE', recovery_key, {PROBE_MILLISECONDS})
redis.call('XRANGE', recovery_key, '-', '+')
redis.call('XTRIM', recovery_key, 'MINID', '1-0')
redis.call('DEL', recovery_key)
redis.call('ZADD', recovery_key, 0, 'probe')
redis.call('ZRANGE', recovery_key, 0, 0)
redis.call('ZREM', recovery_key, 'probe')
"""

EVICT = """
local key = KEYS[1]
redis.call('DEL', key .. ':recovery')  -- in the same slot
redis.call('HDEL', key, 'kept', 'marks')
"""


def ledger(limits: RecoveryLimits) -> str:
    """Return the script that adds up the kept bytes of all callbacks."""
    return f"""
local sizes, order = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
local total = tonumber(redis.call('HGET', sizes, 'total')) or 0
local limit = {limits.total_bytes}
-- HSET is first, because after another write Redis continues a script even if its memory is full.
local result = redis.pcall('HSET', sizes, 'total', total)
local is_full = type(result) == 'table' and result.err
if is_full then
    limit = 0
end
redis.call('PEXPIRE', sizes, {2 * milliseconds(limits) + 60_000})
local function set(uuid, bytes, at)
    bytes = bytes > 0 and bytes + {CALLBACK_OVERHEAD_BYTES} or 0
    total = total + bytes - (tonumber(redis.call('HGET', sizes, uuid)) or 0)
    if bytes > 0 then
        redis.call('HSET', sizes, uuid, bytes)
        redis.call('ZADD', order, at, uuid)
    else
        redis.call('HDEL', sizes, uuid)
        redis.call('ZREM', order, uuid)
    end
end
for i = 1, #ARGV - 1, 2 do
    set(ARGV[i], tonumber(ARGV[i + 1]), ms + i / #ARGV)
end
local evicted = {{}}
for _ = 1, {MAX_EVICTED} do
    local uuid, at = unpack(redis.call('ZRANGE', order, 0, 0, 'WITHSCORES'))
    if not uuid then
        total = 0
        redis.call('DEL', sizes)
        break
    end
    local has_expired = ms - at > {milliseconds(limits) + 1000}
    if not has_expired and total <= limit then
        break
    end
    set(uuid, 0)
    if not has_expired then
        evicted[#evicted + 1] = uuid
    end
end
redis.call('HSET', sizes, 'total', total)
for _, name in ipairs(KEYS) do
    redis.call('PEXPIRE', name, {2 * milliseconds(limits) + 60_000})
end
return {{is_full and 1 or 0, evicted}}
"""
