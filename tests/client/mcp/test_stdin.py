"""Ctrl-C ends stdin."""

from __future__ import annotations

import signal
import subprocess
import sys

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT

READER = """
import sys
from webhook_logger.client.mcp.stdin import ending_at_ctrl_c
try:
    with ending_at_ctrl_c():
        for line in sys.stdin:
            print(line, end="", flush=True)
        print("end", flush=True)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_reader_gets_every_line_and_then_the_end() -> None:
    for interrupt in (True, False):
        with subprocess.Popen(
            [sys.executable, "-c", READER],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdin
            assert process.stdout
            long = b"x" * 300_000 + b"\n"
            process.stdin.write(long)
            process.stdin.flush()
            assert process.stdout.readline() == long
            if interrupt:
                process.send_signal(signal.SIGINT)
            else:
                process.stdin.close()
            assert process.stdout.read() == b"end\n" + (b"interrupted\n" if interrupt else b"")
            assert process.wait(PATIENCE_SECONDS) == 0
