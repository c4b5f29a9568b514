"""Calls that block delay no others."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.support.loops import run
from webhook_logger.client.mcp.threads import in_thread


def test_many_blocked_calls_delay_no_other() -> None:
    async def main() -> None:
        end = threading.Event()
        blocked = [asyncio.create_task(in_thread(end.wait)) for _ in range(100)]
        await asyncio.sleep(0)  # they begin
        assert await in_thread(threading.active_count) > 100
        with pytest.raises(ZeroDivisionError):
            await in_thread(lambda: 1 // 0)
        blocked[0].cancel()
        end.set()
        outcomes = await asyncio.gather(*blocked, return_exceptions=True)
        assert outcomes[1:] == [True] * 99
        assert isinstance(outcomes[0], asyncio.CancelledError)

    run(main())
