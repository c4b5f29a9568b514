"""Serve with `python wsgi.py`. `flask` and other WSGI tools import `app` from here."""

import gc
import os
import signal
import warnings

if __name__ == "__main__":
    # Until `main` handles signals: imports take a second. Meanwhile, ignore SIGHUP, and end the
    # process at the others without a traceback, also as process 1 of a container.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: os._exit(128 + number))
    if os.environ.get("WORKERS", "1") != "1":
        # Several workers: this process only starts them, and needs no green threads.
        from webhook_logger.supervisor.start import supervise

        supervise()
    # Until `serve`: imports make many objects and little garbage. Looking for it takes a tenth of
    # the time to start.
    gc.disable()
    from webhook_logger.queue_url import needs_names

    if not needs_names(os.environ.get("REDIS_URL", "")):
        # eventlet's resolver lets other green threads run while one waits for DNS. Its import takes
        # a third of the time to start, so skip it if there is no name to look up.
        os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

# Operators need not see that eventlet only gets bug fixes: docs/dependencies.md covers it.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
import eventlet

if __name__ == "__main__":
    # Before all other imports, so that they import green modules. Only when this process serves.
    eventlet.monkey_patch()
    from webhook_logger.serving.eventlet import use_fair_hub

    use_fair_hub()

import logging
import sys
from contextlib import suppress

from config import Config, ConfigError, misspelled
from webhook_logger.app import create_app
from webhook_logger.serving import logs
from webhook_logger.serving.limits import ConnectionLimits
from webhook_logger.serving.listener import listen, take_listener
from webhook_logger.serving.port import ServingError
from webhook_logger.serving.server import serve
from webhook_logger.serving.siblings import Siblings
from webhook_logger.serving.signals import receive_signals
from webhook_logger.serving.supervised import Seat, take_seat
from webhook_logger.serving.team import Team

log = logging.getLogger("webhook_logger")

try:
    config = Config.from_environ(os.environ)
    logs.set_up(config.log_level, config.LOG_FORMAT)
    seat = take_seat(os.environ)
    siblings = Siblings(seat, config.URL_PREFIX) if seat else None
    app = create_app(config, siblings)
except ConfigError as error:
    sys.exit(str(error))
if seat is None or seat.number == 1:
    for name, setting in misspelled(os.environ):
        log.warning("%s is not a setting. Did you mean %s?", name, setting)


def main() -> None:
    """Print the URL and the kind of delivery, and serve until a signal ends the process."""
    listener = listen(config.HOST, config.PORT)
    delivery = (
        f"through the queue {config.queue}" if config.queue else "in this process, without a queue"
    )
    with receive_signals() as signals:
        # Not before: a program that reads this line can end the process immediately.
        url = listener.url.rstrip("/")
        print(config.announcement(url, delivery), flush=True)
        if config.LOG_FORMAT == "json":
            log.info("Serving %s, with delivery %s.", url, delivery)
        logs_requests = config.ACCESS_LOG == "on"
        serve(app, listener, signals, config.DRAIN_SECONDS, limits(), logs_requests)


def main_of_worker(seat: Seat, siblings: Siblings) -> None:
    """Serve as one of the workers of a supervisor, until it or a signal ends the process."""
    listener = take_listener(seat.listener)
    with receive_signals() as signals:
        team = Team(seat, siblings, signals)
        logs_requests = config.ACCESS_LOG == "on"
        serve(app, listener, signals, config.DRAIN_SECONDS, limits(), logs_requests, team)
        with suppress(OSError):  # the folder is full, or was removed
            app.store_metrics()
        team.leave()


def limits() -> ConnectionLimits:
    """Return the limits of this worker's connections."""
    return ConnectionLimits(
        connections=config.MAX_CONNECTIONS,
        keep_alive_seconds=config.KEEP_ALIVE_SECONDS,
        head_seconds=config.HEAD_SECONDS,
        body_seconds=config.BODY_SECONDS,
        target_bytes=config.MAX_TARGET_BYTES,
        header_bytes=config.MAX_HEADER_BYTES,
        header_lines=config.MAX_HEADER_LINES,
    )


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit("wsgi.py takes no arguments. Set environment variables instead.")
    try:
        if seat and siblings:
            main_of_worker(seat, siblings)
        else:
            main()
    except ServingError as error:
        sys.exit(str(error))
    # Not `sys.exit`, which waits for threads. One that waits for the queue may not end.
    os._exit(os.EX_OK)
