"""Delivery through Redis: any worker accepts a request, every worker's viewers see it.

Everything that workers share is described here: keys, scripts and messages.

# Keys

Each callback has up to three keys, all hashes, in one slot of a cluster (`keys.py`).

The counter expires a day after the last request or viewer:

    epoch              the name of the queue's history (`history.py`) and a random part
    seq                of the last accepted request
    viewers:<worker>   "<count> <until>" for a worker with viewers; void after that Unix time
    viewers            their sum, as the viewers were last notified
    window, taken      a second of Redis' clock and the requests accepted in it, with a rate limit
    responder           "<worker> <until>": a viewer of that worker responds; void after that time

The reply expires 7 days after its last use:

    reply              JSON
    times              the number of requests that it is still used for; absent for all

The pending requests, whose senders wait for the responder, expire when none can be waiting:

    <request id>       "<worker> <name>": its worker, and the name it has there

# Scripts

`scripts.py` has them. Each has one more argument, the last: the name of the history that the worker
knows the queue to be in. `fresh` is the random part of a new epoch, should counting start again; a
pending request has it for a name.

    script     keys             arguments                             returns
    PUBLISH    counter, reply   worker, fresh, channel, id, members,  [epoch, seq, viewers elsewhere
                                limit per second or 0, status, by,    reply, 1 if pending] or [ms to
                                "take" or "look" at the reply         the next second's requests]
    WITHDRAW  pending, reply   id, "<worker> <name>", channel        [reply], or [] when a response
                                                                      is on its way
    RESPOND    pending          id, response in JSON                  1 if a worker receives it
    DECLINE    pending          id                                    1 if a worker is notified
    SET_REPLY  reply            channel, JSON or "", times or ""      nothing
    BARRIER    counter          worker, fresh, own channel, name      nothing; a message follows
    CLAIM      counter          worker, fresh                         0 if another worker responds
    PRESENCE   counter, pending worker, fresh, count of viewers       0 if "responds" and another
                                here, channel, "responds" or ""       worker responds
    PROBE      its own          a channel that nobody reads           nothing

# Messages

`envelope.py` seals them: a line of ASCII with the version, the kind and the size of each part in
bytes, then the parts, one after the other, in UTF-8:

    1 viewers 2\\n12

    channel    kind      parts
    callback   request   epoch, seq, status, by, members: a captured request, as the members of its
                         event's JSON without `uuid`, `epoch`, `seq` and the braces; status 0 where
                         the response is not known yet
               responded epoch, seq, status, by: the response to an earlier request
               refused   count, reason: refused requests, and the reason of the latest
               viewers   count, on all workers
               reply     times or "-", JSON: the reply was set; no parts: it was deleted
               used      none: the reply is used for one request less
               emit      python-socketio's message: an event for the room
    worker     heartbeat none: proves that the worker still receives
               barrier   name, epoch, seq, viewers elsewhere: a barrier
               response  name, JSON: the response to a request that is pending there
               gone      name: the responder of a pending request is gone
    common     control   python-socketio's message for all workers
"""
