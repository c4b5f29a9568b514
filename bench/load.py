"""Send requests: as fast as possible with wrk, or at a steady rate that times each request."""

from __future__ import annotations

import itertools
import json
import select
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.processes import LOAD_CORE

CONNECTIONS = 32
OVERDUE_SECONDS = 30

WRK_SCRIPT = """
local paths, pad, n = {%(paths)s}, string.rep("x", %(pad)d), 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Connection"] = %(connection)s
function request()
  n = n + 1
  local body = '{"event":"order.created","id":"#' .. n .. '#","note":"' .. pad .. '"}'
  return wrk.format(nil, paths[n %% #paths + 1], nil, body)
end
function done(summary)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%%d,"microseconds":%%d,"errors":%%d}\\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def body(mark: int, size: int) -> bytes:
    """Return the same JSON body that the script for wrk sends, padded to `size` bytes."""
    text = f'{{"event":"order.created","id":"#{mark}#","note":""}}'
    return text.replace('"note":"', '"note":"' + "x" * max(0, size - len(text))).encode()


@dataclass
class LoadResult:
    """The result of a load."""

    requests: int
    seconds: float
    errors: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


class Wrk:
    """Run wrk, which sends requests as fast as possible for `seconds`, to the paths in turn.

    With `close`, it opens a connection for each request.
    """

    def __init__(
        self,
        port: int,
        paths: Sequence[str],
        seconds: float,
        size: int = 300,
        close: bool = False,
    ) -> None:
        script = WRK_SCRIPT % {
            "paths": ",".join(f'"{path}"' for path in paths),
            "pad": max(0, size - len(body(0, 0))),
            "connection": '"close"' if close else "nil",
        }
        self._script = tempfile.NamedTemporaryFile("w", suffix=".lua")  # noqa: SIM115
        self._script.write(script)
        self._script.flush()
        self._process = subprocess.Popen(
            [
                *("taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{CONNECTIONS}"),
                *(f"-d{seconds:g}s", "--timeout", "20s", "-s", self._script.name),
                f"http://127.0.0.1:{port}/",
            ],
            stdout=subprocess.PIPE,
            text=True,
        )

    def has_ended(self) -> bool:
        """Return whether wrk has ended."""
        return self._process.poll() is not None

    def result(self) -> LoadResult:
        """Wait until wrk has ended, and return its result."""
        out, _ = self._process.communicate()
        self._script.close()
        totals = json.loads(out.strip().splitlines()[-1])
        return LoadResult(totals["requests"], totals["microseconds"] / 1e6, totals["errors"])


class SteadyLoad:
    """Send requests at a steady rate over keep-alive connections, to the paths in turn.

    One thread sends and reads: the caller passes a function that reads for the viewers.
    """

    def __init__(
        self,
        ports: Sequence[int],
        paths: Sequence[str],
        rate: float,
        size: int = 300,
        connections: int = CONNECTIONS,
    ) -> None:
        self._paths, self._interval, self._size = itertools.cycle(paths), 1 / rate, size
        self._idle: deque[socket.socket] = deque()
        self._epoll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._outstanding: dict[int, float] = {}
        self._marks = itertools.count(1)
        self._next_due = 0.0
        self.sent_at: dict[int, float] = {}
        """The time at which each request was due, by its mark."""
        self.response_times: list[float] = []
        """Seconds from the time at which each request was due to its response."""
        self.errors = 0
        for port, _ in zip(itertools.cycle(ports), range(connections), strict=False):
            sock = socket.create_connection(("127.0.0.1", port), OVERDUE_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets[sock.fileno()] = sock
            self._epoll.register(sock.fileno(), select.EPOLLIN)
            self._idle.append(sock)

    def run(self, seconds: float, read: Callable[[float], object]) -> None:
        """Send for `seconds`, and call `read(limit)` in between, which waits at most `limit`."""
        self._next_due = time.perf_counter()
        end = self._next_due + seconds
        while (now := time.perf_counter()) < end:
            while self._next_due <= now and self._idle:
                self._send(self._next_due)
                self._next_due += self._interval
            read(max(0.0, min(0.001, self._next_due - time.perf_counter())))
            self._read_responses()
        self.wait(read)

    def send_one(self, read: Callable[[float], object]) -> None:
        """Send one request and wait for its response."""
        self.send()
        self.wait(read)

    def send(self) -> None:
        """Send one request. `wait` reads its response."""
        self._send(time.perf_counter())

    def wait(self, read: Callable[[float], object]) -> None:
        """Wait for all outstanding responses, and count missing ones as errors."""
        deadline = time.perf_counter() + OVERDUE_SECONDS
        while self._outstanding and time.perf_counter() < deadline:
            read(0.001)
            self._read_responses()
        self.errors += len(self._outstanding)

    @property
    def longest_wait(self) -> float:
        """Return the longest time for a response, in seconds, including those still outstanding."""
        now = time.perf_counter()
        return max([*self.response_times, *(now - since for since in self._outstanding.values())])

    def _send(self, due: float) -> None:
        sock = self._idle.popleft()
        mark = next(self._marks)
        content = body(mark, self._size)
        head = (
            f"POST {next(self._paths)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Content-Type: application/json\r\n"
        )
        sock.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self.sent_at[mark] = self._outstanding[sock.fileno()] = due

    def _read_responses(self) -> None:
        for number, _ in self._epoll.poll(0):
            sock = self._sockets[number]
            data = sock.recv(65536)
            if not data:
                raise RuntimeError("The server has closed a connection.")
            since = self._outstanding.pop(number, None)
            if since is None:
                continue  # the rest of a response
            self.response_times.append(time.perf_counter() - since)
            self.errors += not data.startswith(b"HTTP/1.1 200")
            self._idle.append(sock)

    def close(self) -> None:
        """Close the connections."""
        for sock in self._sockets.values():
            sock.close()


def percentile(numbers: Sequence[float], share: float) -> float:
    """Return the value that this share of the numbers (0 to 1) does not exceed."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
