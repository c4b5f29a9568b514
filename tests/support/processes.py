"""Start real servers, Redis and nginx as processes on separate ports, and end them by pid."""

from __future__ import annotations

import fcntl
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import redis

from tests.support.patience import PATIENCE_SECONDS, eventually

ROOT = Path(__file__).parents[2]
MEMORY = "/dev/shm/webhook-logger-test"
HAS_IPV6 = Path("/proc/net/if_inet6").exists()
PATIENCE = ("client_header_timeout", "client_body_timeout", "keepalive_timeout")
COMMAND = (sys.executable, "wsgi.py")
NOT_INHERITED = {"REDIS_URL", "PYTHONPATH"}
"""In a run with the oldest versions, PYTHONPATH has dependencies that are wrong for servers."""
ALL_TRUSTED = {"TRUSTED_PROXIES": 1, "TRUSTED_PROXIES_PROTO": 1, "TRUSTED_PROXIES_HOST": 1}
"""Settings that trust one proxy for every forwarded header."""
PORT_BLOCKS = range(12_000, 32_000, 400)

_REFUSALS = re.compile(r'requests_refused_total\{reason="(.*)"\}')


@cache
def _ports() -> Iterator[int]:
    """Return the ports of a block that this process locks until it ends.

    The blocks are below the system's ephemeral ports, so that no connection can take the port of a
    server that restarts. The locks keep concurrent test runs on one machine apart.
    """
    for number, first in enumerate(PORT_BLOCKS):
        path = Path(tempfile.gettempdir()) / f"webhook-logger-test-ports-{number}"
        with suppress(PermissionError):  # another user's
            lock = os.open(path, os.O_CREAT | os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
            else:
                return cycle(range(first, first + PORT_BLOCKS.step))
    raise AssertionError("too many runs of the tests at once: no block of ports is free")


def free_port() -> int:
    """Return a port that no process listens on."""
    while True:
        port = next(_ports())
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def patched(*statements: str) -> tuple[str, ...]:
    """Return a command that runs these statements before the server starts."""
    lines = (
        "import eventlet",
        "eventlet.monkey_patch()",
        "import runpy, time",
        "from webhook_logger.serving import server",
        *statements,
        "runpy.run_path('wsgi.py', run_name='__main__')",
    )
    return (sys.executable, "-c", "\n".join(lines))


PATIENT_WORKER = patched("server.HANDOVER_SECONDS = 16")
"""The command of a worker whose viewers have time to move even on a busy machine. It stops as soon
as they have moved.
"""


class Server:
    """`python wsgi.py` with the given settings; `start` returns when it has printed its URL."""

    def __init__(
        self, command: Sequence[str] = COMMAND, cwd: Path = ROOT, **settings: object
    ) -> None:
        self._command = command
        self.cwd = cwd
        self.settings = {"PORT": free_port(), **settings}
        self.url = ""
        self.first_line = ""
        self._log = tempfile.NamedTemporaryFile("w")  # noqa: SIM115
        self._process: subprocess.Popen[str] | None = None
        self._forgiven = False

    def forgive(self, complaint: str) -> None:
        """Accept tracebacks in the log, which must contain `complaint`."""
        assert complaint in self.log
        self._forgiven = True

    @property
    def address(self) -> tuple[str, int]:
        url = urlsplit(self.url)
        return url.hostname or "", url.port or 0

    @property
    def authority(self) -> str:
        return "{}:{}".format(*self.address)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """Everything that the server has written to standard error."""
        # Open the file again: the process shares the position of `self._log`.
        return Path(self._log.name).read_text()

    def start(self) -> Server:
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        settings = {name: str(value) for name, value in self.settings.items()}
        self._process = subprocess.Popen(
            self._command,
            cwd=self.cwd,
            env={**inherited, **settings},
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        self.first_line = self._process.stdout.readline()
        assert "http://" in self.first_line, f"no URL in {self.first_line!r}; log: {self.log}"
        self.url = "http://" + self.first_line.partition("http://")[2].partition("/")[0]
        return self

    def metrics(self) -> dict[str, float]:
        """Return the values of `/metrics` by name, without the prefix `webhook_logger_`."""
        with urllib.request.urlopen(self.url + "/metrics", timeout=PATIENCE_SECONDS) as response:
            lines = response.read().decode().splitlines()
        rows = [line.split() for line in lines if not line.startswith("#")]
        return {name.removeprefix("webhook_logger_"): float(value) for name, value in rows}

    def refusals(self) -> dict[str, int]:
        """Return the number of refused requests by reason, without zeros."""
        rows = [(_REFUSALS.fullmatch(name), count) for name, count in self.metrics().items()]
        return {match[1]: int(count) for match, count in rows if match and count}

    def memory(self) -> int:
        """Return the resident memory in bytes."""
        fields = Path(f"/proc/{self.pid}/statm").read_text().split()
        return int(fields[1]) * resource.getpagesize()

    def terminate(self) -> None:
        """Send SIGTERM, which shuts the server down gracefully."""
        assert self._process is not None
        self._process.terminate()

    def freeze(self) -> None:
        """Stop the process without closing its connections."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def wait(self) -> int:
        """Wait until the server exits and return its exit code."""
        assert self._process is not None
        assert self._process.stdout is not None
        code = self._process.wait(PATIENCE_SECONDS)
        self._process.stdout.close()
        return code

    def end(self, kill: bool = False) -> int:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.kill() if kill else self._process.terminate()
        try:
            return self.wait()
        finally:
            self._process.kill()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.end()
        log = self.log
        self._log.close()
        assert self._forgiven or "Traceback" not in log, log

    def until_ready(self) -> Server:
        """Wait until `/readyz` responds with 200."""
        url = self.url + str(self.settings.get("URL_PREFIX", "")) + "/readyz"
        eventually(lambda: status_of(url) == 200)
        return self


class Redis:
    """A Redis server without persistence, with additional options."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        self._options = options
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port, decode_responses=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> Redis:
        # An empty folder: a replica writes the data of its master to a file, which the next start
        # would load.
        self._clean_up()
        self._folder = tempfile.TemporaryDirectory()
        options = ("--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen(
            ["redis-server", *map(str, options), *self._options],
            stdout=subprocess.DEVNULL,
            cwd=self._folder.name,
        )
        eventually(self._responds)
        return self

    def _responds(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def freeze(self) -> None:
        """Stop the process: the kernel still accepts connections and bytes."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the process as a crash does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        self.client.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
        self._clean_up()

    def _clean_up(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Redis:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.end()


class Nginx:
    """nginx with the configuration of deploy/, in front of the given workers."""

    def __init__(
        self,
        *workers: Server,
        prefix: str = "",
        patience: str = "",
        logs_requests: bool = False,
        conf: str = "nginx.conf",
        port: int | None = None,
    ) -> None:
        """Set nginx's time limits for senders to `patience`, such as `300ms`."""
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.address = ("127.0.0.1", self.port)
        self._folder = tempfile.TemporaryDirectory()
        self.folder = folder = Path(self._folder.name)
        text = (ROOT / "deploy/nginx" / conf).read_text()
        # Replace only the ports and paths that two instances on one machine cannot share.
        text = text.replace("listen 8080", f"listen {self.port}")
        text = text.replace("listen [::]:8080", f"listen [::]:{self.port}")
        if not HAS_IPV6:
            text = re.sub(r"listen \[::\].*", "", text)
        text = text.replace("/tmp/webhook-logger-nginx", str(folder / "nginx"))
        text = text.replace("/dev/shm/webhook-logger-nginx", f"{MEMORY}-{self.port}")
        text = text.replace("location /socket.io/", f"location {prefix}/socket.io/")
        text = text.replace("^/api/callbacks/", f"^{prefix}/api/callbacks/")
        if patience:
            times = [f"{name} {patience};" for name in PATIENCE]
            text = text.replace("access_log off;", "\n".join(("access_log off;", *times)))
        self._access_log = folder / "access.log"
        if logs_requests:
            text = text.replace("access_log off;", f"access_log {self._access_log} without_uris;")
        self.conf = folder / "nginx.conf"
        self.conf.write_text(text)
        lines = [f"server {worker.authority} max_fails=0;\n" for worker in workers]
        (folder / "workers.conf").write_text("".join(lines))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Nginx:
        return self.start()

    def start(self) -> Nginx:
        path = shutil.which("nginx") or "/usr/sbin/nginx"
        command = [path, "-c", str(self.conf), "-g", "daemon off;"]
        # nginx reports its default log file before it reads that logging is off.
        with (self._access_log.parent / "error.log").open("wb") as errors:
            self._process = subprocess.Popen(command, stderr=errors)
        eventually(self._listens)
        return self

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(self.address) == 0

    @property
    def access_log(self) -> str:
        """Return the lines of the access log."""
        return self._access_log.read_text()

    @property
    def error_log(self) -> str:
        """Return the lines of the error log."""
        return (self._access_log.parent / "error.log").read_text()

    def reload(self) -> None:
        """Reload the configuration: new processes replace the old ones."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def end(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)

    def __exit__(self, *_: object) -> None:
        self.end()
        self._folder.cleanup()
        for path in Path(MEMORY).parent.glob(f"{Path(MEMORY).name}-{self.port}-*"):
            shutil.rmtree(path)


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
