"""Let Ctrl-C end stdin.

The library reads stdin in a thread that can't be interrupted, so Ctrl-C alone does not end it.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

_CHUNK = 65_536


@contextmanager
def ending_at_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end stdin in the block, and raise `KeyboardInterrupt` after the block."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    source, (reader, writer) = os.dup(0), os.pipe()
    os.dup2(reader, 0)
    os.close(reader)
    sink: BinaryIO = os.fdopen(writer, "wb", buffering=0)
    threading.Thread(target=_copy, args=(source, sink), name="stdin", daemon=True).start()
    was_interrupted = threading.Event()

    def interrupt(*_: object) -> None:
        was_interrupted.set()
        sink.close()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if was_interrupted.is_set():
        raise KeyboardInterrupt


def _copy(source: int, sink: BinaryIO) -> None:
    with suppress(OSError, ValueError), sink:  # closed by Ctrl-C, or no longer read
        while data := os.read(source, _CHUNK):
            left = memoryview(data)
            while left:
                left = left[sink.write(left) :]
