"""The queue as a Redis Cluster with sharded pub/sub.

All keys and the channel of a callback share a hash tag, and so a slot. A worker has a link to each
master that owns slots (`node.py`), and sends each command to the owner of its slot (`commands.py`).
It receives a callback's messages from the same node (`channels.py`), so delivery grows with the
number of nodes. `queue.py` follows changes of the slots: each makes the worker subscribe again, and
gives only the callbacks of that slot a new barrier.
"""
