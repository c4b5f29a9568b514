"""Read the settings, prepare what all workers share, and supervise them."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from config import Config, ConfigError
from webhook_logger.serving import logs
from webhook_logger.serving.port import ServingError, bind, url_of
from webhook_logger.serving.signals import receive_signals
from webhook_logger.settings import AUTO
from webhook_logger.supervisor.place import Place
from webhook_logger.supervisor.private_redis import PrivateRedis, redis_server
from webhook_logger.supervisor.supervisor import Supervisor
from webhook_logger.supervisor.worker import Program

log = logging.getLogger(__name__)

MIN_DRAIN_SECONDS = 5.0
END_SECONDS = 15.0
"""Both as in `serving/server.py`: a worker needs no longer to drain and to end."""
MARGIN_SECONDS = 3.0
REDIS_STOP_SECONDS = 2.0
MAX_FOLDER_CHARACTERS = 80
"""The path of a Unix socket in it has at most 107 characters."""
CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")
"""The limit of a container: microseconds of processor time, and the period, or `max`."""


def supervise(command: list[str] | None = None) -> None:
    """Serve with several workers, and exit. Become the worker if only one can be started.

    `command` starts a worker; the default is the command of this process.
    """
    if sys.argv[1:]:
        sys.exit("wsgi.py takes no arguments. Set environment variables instead.")
    try:
        config = Config.from_environ(os.environ)
    except ConfigError as error:
        sys.exit(str(error))
    command = command or [sys.executable, *sys.orig_argv[1:]]
    count = cores() if config.WORKERS == AUTO else config.WORKERS
    program = None if config.REDIS_URL else redis_server()
    logs.set_up(config.log_level, config.LOG_FORMAT)
    if count > 1 and (reason := _obstacle(config, program)):
        log.warning("Several workers need %s Now one worker starts.", reason)
        count = 1
    if count == 1:
        os.execve(command[0], command, {**os.environ, "WORKERS": "1"})  # noqa: S606
    try:
        status = _run(config, count, command, program)
    except ServingError as error:
        sys.exit(str(error))
    sys.exit(status)


def _obstacle(config: Config, redis_program: str | None) -> str:
    """Return the sentence that says why only one worker can work, or an empty text."""
    if sys.platform != "linux":
        return "Linux."
    if not config.REDIS_URL and not redis_program:
        return "a Redis. Set REDIS_URL, or install redis-server, which is then started for them."
    return ""


def cores(limit: Path = CPU_LIMIT) -> int:
    """Return the number of processor cores that this process may use, at least 1."""
    affinity = getattr(os, "sched_getaffinity", lambda _pid: range(os.cpu_count() or 1))
    count = len(affinity(0))
    with suppress(OSError, ValueError):  # no limit, or another system
        quota, period = map(int, limit.read_text().split())
        count = min(count, max(1, round(quota / period)))
    return count


def _run(config: Config, count: int, command: list[str], redis_program: str | None) -> int:
    """Supervise until the end, and return the status of this process. Raises `ServingError`."""
    make = partial(socket.socket, type=socket.SOCK_STREAM)
    with (
        receive_signals(signal.SIGCHLD) as signals,
        # Not shared, so that a port in use is refused. It never listens: it only keeps the port.
        bind(make, config.HOST, config.PORT) as reserved,
        _private_folder() as folder,
        _private_redis(redis_program, folder, config) as redis,
    ):
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        port = reserved.getsockname()[1]
        queue = "a private Redis" if redis else f"the queue {config.queue}"
        url = url_of(reserved).rstrip("/")
        text = config.announcement(url, f"through {queue}, {count} workers")
        return Supervisor(
            Program(command, _environ_of_workers(port, redis), folder),
            [Place(partial(bind, make, config.HOST, port, True)) for _ in range(count)],
            redis,
            max(config.DRAIN_SECONDS, MIN_DRAIN_SECONDS) + END_SECONDS + MARGIN_SECONDS,
            partial(_announce, text, config.LOG_FORMAT == "json"),
        ).run(signals)


def _environ_of_workers(port: int, redis: PrivateRedis | None) -> dict[str, str]:
    """Return the environment of each worker."""
    environ = {**os.environ, "WORKERS": "1", "PORT": str(port)}
    return {**_without_queue(environ), "REDIS_URL": redis.url} if redis else environ


def _announce(text: str, is_logged: bool) -> None:
    """Print the first line of stdout; all workers accept connections now."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    if is_logged:
        log.info("%s", text)


def _without_queue(environ: dict[str, str]) -> dict[str, str]:
    """Return the environment without the address and the credentials of another Redis."""
    kept = ("REDIS_KEY_PREFIX",)
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("REDIS_") or name in kept
    }


@contextmanager
def _private_folder() -> Iterator[Path]:
    """Make the folder for the workers' sockets, which only this user can open."""
    try:
        folder = tempfile.mkdtemp(prefix="webhook-logger-")
    except OSError as error:
        raise ServingError(
            f"Cannot make a folder for the workers' sockets: {error.strerror or error}. "
            "Set TMPDIR to a folder that is writable."
        ) from None
    try:
        if len(folder) > MAX_FOLDER_CHARACTERS:
            raise ServingError(
                f"The path {folder} is too long for sockets. Set TMPDIR to a shorter one."
            )
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _private_redis(
    program: str | None, folder: Path, config: Config
) -> Iterator[PrivateRedis | None]:
    """Start a Redis with this program, and end it afterwards. None means no Redis."""
    if program is None:
        yield None
        return
    is_recovering = bool(config.RECOVERY_SECONDS)
    redis = PrivateRedis(program, folder, config.RECOVERY_TOTAL_BYTES if is_recovering else 0)
    redis.start()
    try:
        if not redis.wait_until_up():
            raise ServingError(
                f"Cannot start a Redis for the workers with {program}. Set REDIS_URL."
            )
        yield redis
    finally:
        redis.stop(REDIS_STOP_SECONDS)
