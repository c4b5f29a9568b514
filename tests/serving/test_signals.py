"""Signals that come while the process is on its way out."""

from __future__ import annotations

import subprocess
import sys

LATE = """
import os, signal
from webhook_logger.serving.signals import heard, next_signal

with heard() as signals:
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGTERM)
    print(next_signal(signals))
del signals
os.kill(os.getpid(), signal.SIGTERM)
print("ended")
"""


COMMAND = (sys.executable, "-c", LATE)


def test_a_signal_is_heard_and_a_late_one_makes_no_complaint() -> None:
    run = subprocess.run(COMMAND, check=False, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("15\nended\n", "")
