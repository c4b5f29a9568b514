"""Senders: wrk as fast as it goes, or a steady pace that keeps the time of each request."""

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

from bench.systems import LOAD_CORE

CONNECTIONS = 32
OVERDUE_SECONDS = 30

WRK_SCRIPT = """
local paths, pad, n = {%(paths)s}, string.rep("x", %(pad)d), 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
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
    """What wrk's script sends, too."""
    text = f'{{"event":"order.created","id":"#{mark}#","note":""}}'
    return text.replace('"note":"', '"note":"' + "x" * max(0, size - len(text))).encode()


@dataclass
class Sent:
    """What became of a load."""

    requests: int
    seconds: float
    errors: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


class Wrk:
    """wrk, as fast as it goes, for so many seconds, over the paths in turn."""

    def __init__(
        self, port: int, paths: Sequence[str], seconds: float, size: int, connections: int
    ) -> None:
        pad = max(0, size - len(body(0, 0)))
        script = WRK_SCRIPT % {"paths": ",".join(f'"{path}"' for path in paths), "pad": pad}
        self._script = tempfile.NamedTemporaryFile("w", suffix=".lua")  # noqa: SIM115
        self._script.write(script)
        self._script.flush()
        self._process = subprocess.Popen(
            [
                *("taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{connections}"),
                *(f"-d{seconds:g}s", "--timeout", "20s", "-s", self._script.name),
                f"http://127.0.0.1:{port}/",
            ],
            stdout=subprocess.PIPE,
            text=True,
        )

    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def sent(self) -> Sent:
        """What it tells at its end."""
        out, _ = self._process.communicate()
        self._script.close()
        told = json.loads(out.strip().splitlines()[-1])
        return Sent(told["requests"], told["microseconds"] / 1e6, told["errors"])


class Pace:
    """So many requests a second over keep-alive connections, in the reader's own loop."""

    def __init__(
        self, ports: Sequence[int], path: str, rate: float, size: int = 300, connections: int = 32
    ) -> None:
        self._path, self._interval, self._size = path, 1 / rate, size
        self._free: deque[socket.socket] = deque()
        self._epoll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._since: dict[int, float] = {}
        self._marks = itertools.count(1)
        self._next = 0.0
        self.sent_at: dict[int, float] = {}
        """When each request was due, by its mark."""
        self.responses: list[float] = []
        """How long each response took, from when its request was due."""
        self.errors = 0
        for port, _ in zip(itertools.cycle(ports), range(connections), strict=False):
            sock = socket.create_connection(("127.0.0.1", port), OVERDUE_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets[sock.fileno()] = sock
            self._epoll.register(sock.fileno(), select.EPOLLIN)
            self._free.append(sock)

    def run(self, seconds: float, between: Callable[[float], object]) -> None:
        """Send for so long; `between(seconds)` is called to wait no longer than that."""
        self._next = time.perf_counter()
        end = self._next + seconds
        while (now := time.perf_counter()) < end:
            while self._next <= now and self._free:
                self._send(self._next)
                self._next += self._interval
            between(max(0.0, min(0.001, self._next - time.perf_counter())))
            self._responses()
        self.wait(between)

    def one(self, between: Callable[[float], object]) -> None:
        """Send one request and wait for its response."""
        self.begin()
        self.wait(between)

    def begin(self) -> None:
        """Send one request; its response is taken by `wait`."""
        self._send(time.perf_counter())

    def wait(self, between: Callable[[float], object]) -> None:
        """Wait for all responses that are due; those that do not come are errors."""
        deadline = time.perf_counter() + OVERDUE_SECONDS
        while self._since and time.perf_counter() < deadline:
            between(0.001)
            self._responses()
        self.errors += len(self._since)

    @property
    def longest(self) -> float:
        """The longest wait for a response, in seconds; one that never came counts up to now."""
        now = time.perf_counter()
        return max([*self.responses, *(now - since for since in self._since.values())])

    def _send(self, due: float) -> None:
        sock = self._free.popleft()
        mark = next(self._marks)
        content = body(mark, self._size)
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        )
        sock.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self.sent_at[mark] = self._since[sock.fileno()] = due

    def _responses(self) -> None:
        for number, _ in self._epoll.poll(0):
            sock = self._sockets[number]
            data = sock.recv(65536)
            if not data:
                raise RuntimeError("the server has closed a connection")
            since = self._since.pop(number, None)
            if since is None:
                continue  # the rest of a response
            self.responses.append(time.perf_counter() - since)
            self.errors += not data.startswith(b"HTTP/1.1 200")
            self._free.append(sock)

    def close(self) -> None:
        """End the connections."""
        for sock in self._sockets.values():
            sock.close()


def percentile(numbers: Sequence[float], share: float) -> float:
    """The value that so large a share of the numbers does not exceed."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
