"""Delivery through Redis: any worker accepts a request, and viewers on every worker see it.

This docstring describes everything that workers share: keys, scripts and messages.

# Keys

Each callback has up to four keys in the same cluster slot (`keys.py`). All of them are hashes,
except the kept requests.

The counter expires a day after the last request or viewer:

    epoch              the name of the queue's history (`history.py`) and a random part
    seq                the `seq` of the last accepted request
    ended              how earlier epochs ended, the latest first, separated by commas: "<epoch>
                       <place> <last seq>". <place> plus a `seq` of that epoch is its place on the
                       axis of the current epoch, whose `seq` 1 is at 1. Absent in the first epoch
    crossed            1 if a viewer came from an ended epoch since the current one began
    viewers:<worker>   "<count> <until> <handshakes>" for each worker with viewers; expires at that
                       Unix time. <handshakes> is the number of viewers that respond to handshakes
    viewers            the total number of viewers that was last sent to viewers
    responding         1 if a responder was last reported to viewers, else 0 or absent
    window, taken      a second of Redis' clock and the requests accepted in it, with a rate limit
    responder          "<worker> <until> <sid> <replaced>": the responder's worker and its sid; the
                       role expires at that Unix time. <replaced> is the sid of the viewer that it
                       replaced, or empty
    watched            the Unix time, in milliseconds, until which requests are kept; with recovery
    kept               "<epoch> <first seq> <its Unix time in milliseconds> <last seq> <bytes>": the
                       kept requests, if `seq` is the last one; with recovery
    marks              "<epoch> <first seq>:" and, for some of the kept requests, " <seq> <its Unix
                       time in milliseconds> <bytes of the kept requests before it>"; used only if
                       `kept` has the same first seq; with recovery

The reply expires 7 days after its last use:

    reply              JSON
    times              the remaining number of uses; absent if there is no limit
    left               the number of entries of its sequence that were not used; absent if it has
                       no sequence

The pending requests, whose senders wait for a viewer, expire when no sender can still wait:

    <request id>       "<worker> <name>": the request's worker, and its name on that worker. A
                       handshake that needs a secret has " handshake" at the end

The kept requests of recovery (`:recovery`) are a stream. It expires `RECOVERY_SECONDS` after its
last entry. `kept` and `marks` describe it, so that scripts rarely read the entries that they
remove:

    <seq>-<Unix time in milliseconds>    message: the message on the callback's channel

A worker without recovery does not read or write the stream. The next script sees by `kept` that its
requests are missing, and begins a new stream.

The ledger of all kept requests has two keys in another slot, for all workers with recovery.
They expire when all kept requests have expired:

    bytes              a hash: the bytes of each callback's kept requests, and "total"
    order              a sorted set: the Unix time in milliseconds of each callback's last report

# Scripts

`scripts.py` puts the scripts together. The last argument of each script, not listed here, is the
name of the queue's history as the worker knows it. `fresh` is the random part of a new epoch, in
case a script begins one; it is also the name of a pending request.

    script     keys             arguments                             returns
    PUBLISH    counter, reply   worker, fresh, channel, id, members,  [epoch, seq, viewers elsewhere
                                limit per second or 0, status, by,    [reply, left], 1 if pending]
                                "take" or "look" at the reply, or     or [ms to the next second's
                                "hold" for handshakes with a secret   requests]
    WITHDRAW   pending, reply   id, worker and name, channel          [[reply, left]], or [] if a
                                                                      response is on its way
    RESPOND    pending          id, response in JSON                  1 if a worker receives it
    DECLINE    pending          id                                    1 if a worker is notified
    SET_REPLY  reply            channel, JSON or "", times or "",     nothing
                                left or ""
    BARRIER    counter          worker, fresh, own channel, name,     nothing; a message follows
                                epoch and seq of a position, or ""
                                and 0
    REACHED    counter          worker, fresh, channel, epoch, the    the number of lost requests
                                highest known seq of that epoch       that this Redis did not know;
                                                                      -1 if it is the current epoch
    CLAIM      counter          worker, fresh, sid, replaced sid or   1; 0 if another worker
                                "", "replace" to change nothing if    responds
                                the replaced sid does not respond
    PRESENCE   counter, pending worker, fresh, count of viewers       1; for a sid that does not
                                here, channel, sid of the responder   respond: 2 if the responder
                                here, or "", or "?" if not known,     has replaced it, else 0
                                count of those here that respond to
                                handshakes
    PROBE      its own          a channel without subscribers         nothing

A worker with recovery has other versions of PUBLISH, BARRIER, PRESENCE and PROBE, and two more
scripts. The limits are part of their text. Only these arguments and results differ:

    script     keys             arguments                             returns
    PUBLISH    as above         as above                              also the bytes that are kept,
                                                                      or -1 if nothing was kept
    BARRIER    counter          as above                              [epoch, seq, elsewhere, 1 if
                                                                      complete, kept messages, 1 if
                                                                      there is a responder, earlier
                                                                      or ""]; if incomplete, no
                                                                      message follows
    LEDGER     bytes, order     callback, bytes, ...                  [1 if Redis' memory is full,
                                                                      callbacks to evict]
    EVICT      counter          none                                  nothing

# In a cluster

`cluster` sends each command to the node of its slot. All channels are sharded (SPUBLISH), so a
script can publish on the callback's channel only:

- BARRIER publishes on the callback's channel, and other workers ignore the message.
- RESPOND removes the pending request and returns its "<worker> <name>", DECLINE only returns it,
  and PRESENCE returns [result, ["<worker> <name>", ...]]. The worker that ran the script then
  publishes `response` or `gone` on the channel of that worker.
- A worker sends heartbeats to each node, on channels "<its channel>:<number>" in slots of the node.
- Each command names all keys of the callback, also those that its script does not use.

# Messages

`envelope.py` seals the messages. A message is a line of ASCII with the version, the kind and the
size of each part in bytes, followed by the parts in UTF-8:

    1 viewers 2\\n12

    channel    kind      parts
    callback   request   epoch, seq, status, by, members: a captured request, as its event's JSON
                         without `uuid`, `epoch`, `seq` and the braces; status 0 if the response
                         is not yet known
               responded epoch, seq, status, by, and details if viewers do not know the
                         response: the response to an earlier request
               lost      epoch, seq, count: the last `count` numbers up to this `seq` belong to
                         requests that an earlier Redis had accepted, and that are lost
               refused   count, reason: refused requests, and the reason of the latest one
               viewers   count, on all workers, and 1 if there is a responder, else 0
               reply     times or "-", JSON, and left if there is a sequence: the reply was
                         set; no parts: it was deleted
               replaced  sid: the viewer is no longer counted, because another one replaces it
               restored  sid: the viewer is counted again, because the other one left
               used      no parts: the reply was used for one request
               emit      python-socketio's message: an event for the room
    worker     heartbeat no parts: proves that the worker still receives
               barrier   name, epoch, seq, viewers elsewhere, 1 if there is a responder, else 0,
                         `Barrier.earlier` or "": a barrier
               response  name, JSON: the response to a request that is pending on the worker
               gone      name: the pending request gets no response from a responder
    common     control   python-socketio's message for all workers
"""
