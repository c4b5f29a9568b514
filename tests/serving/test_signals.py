"""Signals that arrive while the process ends."""

from __future__ import annotations

import subprocess
import sys

LATE = """
import os, signal
from webhook_logger.serving.signals import receive_signals, next_signal

with receive_signals() as signals:
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGTERM)
    print(next_signal(signals))
del signals
os.kill(os.getpid(), signal.SIGTERM)
print("ended")
"""


COMMAND = (sys.executable, "-c", LATE)


def test_a_signal_is_received_and_a_late_one_causes_no_error() -> None:
    run = subprocess.run(COMMAND, check=False, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("15\nended\n", "")
