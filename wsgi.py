"""The server process: `python wsgi.py` serves; `flask` and other WSGI tools find `app` here."""

import os
import signal
import warnings

if __name__ == "__main__":
    # Until `main` hears signals: imports take a second, in which SIGHUP ends nothing, and the
    # others end the process without a traceback, also as process 1 of a container.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: os._exit(128 + number))

# That eventlet is in bug-fix mode only is known (docs/dependencies.md) and no news for whoever
# starts this.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
import eventlet

if __name__ == "__main__":
    # Before every other import, so that what they import is green; only where this process serves.
    eventlet.monkey_patch()
    from webhook_logger.serving.eventlet import use_fair_hub

    use_fair_hub()

import sys

from config import Config, ConfigError
from webhook_logger.app import create_app
from webhook_logger.serving import logs
from webhook_logger.serving.limits import ConnectionLimits
from webhook_logger.serving.listener import ServingError, listen
from webhook_logger.serving.server import serve
from webhook_logger.serving.signals import receive_signals

try:
    config = Config.from_environ(os.environ)
except ConfigError as wrong:
    sys.exit(str(wrong))

logs.set_up(config.log_level)
app = create_app(config)


def main() -> None:
    """Serve until a signal ends the process. Print the URL, and how requests are delivered."""
    listener = listen(config.HOST, config.PORT)
    delivery = (
        f"through the queue {config.queue}" if config.queue else "in this process, without a queue"
    )
    url = listener.url.rstrip("/") + config.URL_PREFIX + "/"
    with receive_signals() as signals:
        # Not before: whoever reads this line may end the process at once.
        print(f"Webhook logger: open {url} (delivery {delivery})", flush=True)
        serve(app, listener, signals, config.DRAIN_SECONDS, limits())


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
        sys.exit("wsgi.py takes no arguments; its settings are in the environment.")
    try:
        main()
    except ServingError as wrong:
        sys.exit(str(wrong))
