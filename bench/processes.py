"""Start and stop the systems that are measured, and their Redis."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from bench.systems import System

START_SECONDS = 30
END_SECONDS = 20
SERVER_CORE, LOAD_CORE = 0, 1


class Process:
    """A running system, on its own port and on the core for servers."""

    def __init__(self, system: System, redis_url: str) -> None:
        self.system = system
        self.port = free_port()
        fill = {"port": str(self.port), "redis": redis_url}
        command = [part.format(**fill) for part in system.command]
        settings = {name: value.format(**fill) for name, value in system.settings.items()}
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE), *command],
            cwd=system.folder,
            env={**os.environ, "PYTHONWARNINGS": "ignore", **settings},
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def wait_until_up(self) -> None:
        """Wait until the server responds. Raise RuntimeError with its log if it does not."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as probe:
                probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                if probe.recv(1):
                    return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.system.name} did not start: {self.log()}")
            time.sleep(0.05)

    def log(self) -> str:
        """Return the end of the server's output."""
        self._log.seek(0)
        return self._log.read().decode()[-2000:]

    def callback_path(self, uuid: str) -> str:
        """Return the path of a callback."""
        return self.system.callback.format(uuid=uuid)

    def cpu_seconds(self) -> float:
        """Return the CPU time that the process has used, in user and kernel mode."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Return the resident memory of the process, in bytes."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """End the process and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(END_SECONDS)
        self._log.close()

    def __enter__(self) -> Process:
        try:
            self.wait_until_up()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: object, __: TracebackType | None
    ) -> None:
        if kind:
            sys.stderr.write(self.log())
        self.stop()


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Redis:
    """A Redis server for one measurement, on the core for load."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = ("--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen(
            ["taskset", "-c", str(LOAD_CORE), "redis-server", *map(str, options)],
            stdout=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
        )

    def __enter__(self) -> Redis:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            time.sleep(0.05)
        raise RuntimeError("Redis did not start.")

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(END_SECONDS)
