"""The settings: one table, read from the environment.

A row is a field of `Config`: name, type, default, help. README.md shows the same table, and a test
compares the two; docs/limits.md says what happens beyond those that are limits. A wrong value stops
the start with a sentence that names the setting.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from webhook_logger import settings

ROOT = Path(__file__).parent
"""Where `templates/`, `static/` and `docs/` lie, in a checkout and where it is installed."""


class ConfigError(ValueError):
    """A setting has a value that it cannot have; the message is a sentence for the operator."""


def _setting(parse: Callable[[str], Any], default: Any, text: str) -> Any:
    return field(default=default, metadata={"parse": parse, "help": text})


def _limit(parse: Callable[[str], Any], default: Any, text: str, over: str) -> Any:
    """A setting that limits something; `over` says what happens to what is over it."""
    return field(default=default, metadata={"parse": parse, "help": text, "over": over})


def _secret(parse: Callable[[str], Any], default: Any, text: str) -> Any:
    """A setting whose value nothing shows: neither an error, nor a log, nor a `repr`."""
    metadata = {"parse": settings.secret(parse), "help": text, "is_secret": True}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Config:
    """The settings of one worker, as validated values."""

    HOST: str = _setting(
        settings.text, "127.0.0.1", "Address to listen on; `0.0.0.0` for every one."
    )
    PORT: int = _setting(
        settings.whole_number(0, 65535), 8000, "Port to listen on; `0` takes a free one."
    )
    URL_PREFIX: str = _setting(
        settings.prefix,
        "",
        "Path below which everything lives, such as `/hooks`; a proxy in front leaves it in what "
        "it passes on.",
    )
    REDIS_URL: settings.Secret | None = _secret(  # noqa: RUF009  # a field, as all of them
        settings.redis_url,
        None,
        "The queue, such as `redis://localhost:6379/0`; without it, one process does it all.",
    )
    QUEUE_TIMEOUT: float = _limit(
        settings.seconds(0.1, 60),
        2.0,
        "Seconds that a request waits for the queue before it gets `503`.",
        "`503` with `Retry-After`.",
    )
    QUEUE_BACKLOG: int = _limit(
        settings.whole_number(1, 10**6),
        1000,
        "How many requests, joins and the like of a worker wait while the queue is away.",
        "`503` with `Retry-After` at once; joins are tried again.",
    )
    QUEUE_BACKLOG_BYTES: int = _limit(
        settings.whole_number(1, 2**40),
        64 * 2**20,
        "How many bytes may wait for the queue at any time.",
        "`503` with `Retry-After` at once; joins are tried again.",
    )
    MAX_CONNECTIONS: int = _limit(
        settings.whole_number(10, 10**6),
        100_000,
        "How many connections a worker has at most, and fewer where file descriptors are.",
        "`503` with `Retry-After`, and the connection is closed; of more than 64 that are being "
        "told so, the rest waits.",
    )
    KEEP_ALIVE_SECONDS: float = _limit(
        settings.seconds(1, 3600),
        75.0,
        "How long a connection stays open for its next request.",
        "The connection is closed without a word.",
    )
    HEAD_SECONDS: float = _limit(
        settings.seconds(1, 3600),
        20.0,
        "How long the request line and the header lines may take to arrive, all together.",
        "`408`, and the connection is closed.",
    )
    BODY_SECONDS: float = _limit(
        settings.seconds(1, 3600),
        60.0,
        "How long a body may take to arrive.",
        "`408`, and the connection is closed; nothing is published.",
    )
    MAX_TARGET_BYTES: int = _limit(
        settings.whole_number(256, 2**20),
        8 * 1024,
        "Longest request target, path and query together, in bytes.",
        "`414`, and the connection is closed.",
    )
    MAX_HEADER_BYTES: int = _limit(
        settings.whole_number(256, 2**24),
        64 * 1024,
        "Largest header section of a request, in bytes.",
        "`431`, and the connection is closed.",
    )
    MAX_HEADER_LINES: int = _limit(
        settings.whole_number(1, 10**6),
        1000,
        "How many header lines a request has at most.",
        "`431`, and the connection is closed.",
    )
    MAX_BODY_BYTES: int = _limit(
        settings.whole_number(0, 2**30),
        2**20,
        "Largest request body that is shown, in bytes; a larger one is answered `413`.",
        "`413`; the request has its `seq`, and viewers see its size and no content.",
    )
    MAX_REQUESTS_PER_SECOND: int = _limit(
        settings.whole_number(0, 10**6),
        0,
        "How many requests a callback takes in a second, the rest gets `429`; `0` for any number.",
        "`429` with `Retry-After`; viewers get `refused`.",
    )
    MAX_SENDERS_PER_ADDRESS: int = _limit(
        settings.whole_number(0, 10**6),
        0,
        "How many requests of one address to callbacks a worker handles at a time, those that "
        "wait for a late reply included; `0` for any number.",
        "`429` with `Retry-After`.",
    )
    MAX_REPLY_CHANGES_PER_MINUTE: int = _limit(
        settings.whole_number(0, 10**6),
        600,
        "How often one address may change replies on one worker, the rest gets `429`; `0` for any "
        "number.",
        "`429` with `Retry-After`.",
    )
    ANSWER_TIMEOUT: float = _limit(
        settings.seconds(0.1, 30),
        10.0,
        "Seconds that a sender waits for the answerer of a callback, where there is one.",
        "The callback's reply is used; the answer that comes later gets `409`.",
    )
    MAX_VIEWERS: int = _limit(
        settings.whole_number(0, 10**6),
        0,
        "How many viewers a worker has at most; `0` for nine tenths of its connections, which is "
        "the most in any case.",
        '`bye {reason: "limit"}`, then it is cut off; it may come back. With nine tenths of the '
        "connections taken by WebSockets, the handshake of one more gets `503` with `Retry-After`.",
    )
    MAX_VIEWERS_PER_ADDRESS: int = _limit(
        settings.whole_number(0, 10**6),
        0,
        "How many viewers of one address a worker has; `0` for any number.",
        '`bye {reason: "limit"}`, then it is cut off; it may come back.',
    )
    MAX_ROOMS_PER_VIEWER: int = _limit(
        settings.whole_number(1, 10**4),
        32,
        "How many callbacks one viewer may watch on its connection.",
        "The join is answered with `{ok: false, error}`.",
    )
    MAX_MESSAGE_BYTES: int = _limit(
        settings.whole_number(1024, 2**20),
        4 * 1024,
        "Largest message that a viewer may send, in bytes; on long-polling, all that it sends in "
        "one request.",
        '`bye {reason: "limit"}`, then it is cut off; it may come back.',
    )
    MAX_MESSAGES_PER_SECOND: int = _limit(
        settings.whole_number(0, 10**6),
        100,
        "Messages of one viewer that are handled in a second; each WebSocket frame counts, pings, "
        "pongs and fragments too. `0` for any number.",
        "The rest waits: no more is read from this viewer until the second is over. Where its "
        "answer to a ping is kept waiting that way for 5 seconds, "
        '`bye {reason: "limit"}`, then it is cut off; it may come back.',
    )
    MAX_VIEWER_QUEUE_BYTES: int = _limit(
        settings.whole_number(2**16, 2**32),
        6 * 2**20,
        "How many bytes may wait for a viewer that reads too slowly, one event more than that "
        "aside.",
        '`bye {reason: "slow"}`, then it is cut off; when it comes back it learns what it missed.',
    )
    CORS_ALLOWED_ORIGINS: tuple[str, ...] = _setting(
        settings.origins,
        ("*",),
        "Origins whose pages may connect to the stream besides its own, with commas between; "
        "`*` for any.",
    )
    FRAME_ANCESTORS: tuple[str, ...] = _setting(
        settings.frame_ancestors,
        ("none",),
        "Whose pages may frame the dashboard: `none`, or `self` and origins with commas between.",
    )
    TRUSTED_PROXIES: int = _setting(
        settings.whole_number(0, 10),
        0,
        "How many proxies in front add the sender's address to `X-Forwarded-For`, which is "
        "believed from the right end.",
    )
    TRUSTED_PROXIES_PROTO: int = _setting(
        settings.whole_number(0, 10),
        0,
        "How many proxies in front set `X-Forwarded-Proto`. `0`: it is not believed, since where "
        "no proxy sets it, it is the sender's own.",
    )
    TRUSTED_PROXIES_HOST: int = _setting(
        settings.whole_number(0, 10),
        0,
        "How many proxies in front set `X-Forwarded-Host`. `0`: it is not believed, and `Host` is "
        "what proxies leave in it.",
    )
    DRAIN_SECONDS: float = _setting(
        settings.seconds(0, 3600),
        0.0,
        "Seconds that a worker still serves after SIGTERM, `/readyz` failing. Stopping takes at "
        "most 16 seconds more.",
    )
    BALANCER_HEADERS: str = _setting(
        settings.one_of("x-forwarded", "webhook-logger"),
        "x-forwarded",
        "What is believed: `x-forwarded`, by the three `TRUSTED_PROXIES`; or `webhook-logger`, "
        "what `deploy/nginx` adds.",
    )
    LOG_LEVEL: str = _setting(
        settings.one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "INFO",
        "`DEBUG`, `INFO`, `WARNING` or `ERROR`.",
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Config:
        """The settings that `environ` names, the defaults for the rest.

        Raises `ConfigError` for the first value that is wrong.
        """
        return cls(
            **{
                row.name: _parse(row, environ[row.name])
                for row in fields(cls)
                if row.name in environ
            }
        )

    @property
    def queue(self) -> str | None:
        """Return `REDIS_URL` without user, password and options, fit to be shown."""
        if self.REDIS_URL is None:
            return None
        url = urlsplit(self.REDIS_URL.reveal())
        return url._replace(netloc=url.netloc.rpartition("@")[2], query="").geturl()

    @property
    def log_level(self) -> int:
        """`LOG_LEVEL` as the logging module counts it."""
        return int(getattr(logging, self.LOG_LEVEL))


def _parse(row: Any, value: str) -> Any:
    try:
        return row.metadata["parse"](value)
    except ValueError as error:
        shown = "its value is secret" if "is_secret" in row.metadata else f"it is {value!r}"
        raise ConfigError(f"The setting {row.name} {error}; {shown}.") from None
