"""The settings: one table, read from the environment.

A row is a field of `Config`: name, type, default, help. `make fix` writes the tables of
docs/settings.md and docs/limits.md from it. If a value is wrong, the server does not start, and
prints a message that names the setting.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from webhook_logger import queue_url, settings

ROOT = Path(__file__).parent
"""The folder of `templates/`, `static/` and `docs/`, in a checkout and in an installation."""


class ConfigError(ValueError):
    """A setting has a wrong value. The message is for the operator."""


def _setting(parse: Callable[[str], Any], default: Any, text: str) -> Any:
    return field(default=default, metadata={"parse": parse, "help": text})


def _limit(parse: Callable[[str], Any], default: Any, text: str, over: str) -> Any:
    """Return a setting that is a limit; `over` describes the effect of exceeding it."""
    return field(default=default, metadata={"parse": parse, "help": text, "over": over})


def _secret(parse: Callable[[str], Any], default: Any, text: str) -> Any:
    """Return a setting whose value is never in an error, a log or a `repr`. The setting with
    `_FILE` at the end of its name can name a file that contains the value.
    """
    metadata = {"parse": settings.secret(parse), "help": text, "is_secret": True}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Config:
    """The settings of one worker, as validated values."""

    HOST: str = _setting(
        settings.text,
        "127.0.0.1",
        "Address to listen on; `0.0.0.0` for all IPv4 addresses, `::` for all addresses.",
    )
    PORT: int = _setting(
        settings.whole_number(0, 65535),
        8000,
        "Port to listen on; `0` chooses a free one.",
    )
    WORKERS: int = _setting(
        settings.workers,
        1,
        "Number of processes that share the port, so that they use several cores; `auto` for one "
        "per core. More than one needs `REDIS_URL`, or an installed `redis-server`.",
    )
    URL_PREFIX: str = _setting(
        settings.prefix,
        "",
        "Prefix of all paths, such as `/hooks`. A proxy in front must not remove it.",
    )
    CALLBACK_URL: str = _setting(
        settings.base_url,
        "",
        "URL of the host for callbacks, such as `https://hooks.example.net`, if the dashboard has "
        "another one. See [Access](access.md#two-hosts).",
    )
    DASHBOARD_URL: str = _setting(
        settings.base_url,
        "",
        "URL of the host for the dashboard, its API and the stream, such as "
        "`https://webhooks.example.com`, if callbacks have another one.",
    )
    REDIS_URL: settings.Secret | None = _secret(  # noqa: RUF009  # a field, as all of them
        queue_url.redis_url,
        None,
        "The queue, such as `redis://localhost:6379/0`; [Redis](redis.md) lists all forms. "
        "Without it, one process works alone.",
    )
    REDIS_USERNAME: settings.Secret | None = _secret(  # noqa: RUF009
        settings.optional, None, "User of Redis, unless it is in `REDIS_URL`."
    )
    REDIS_PASSWORD: settings.Secret | None = _secret(  # noqa: RUF009
        settings.optional, None, "Password of Redis, unless it is in `REDIS_URL`."
    )
    REDIS_SENTINEL_USERNAME: settings.Secret | None = _secret(  # noqa: RUF009
        settings.optional, None, "User of the Sentinels."
    )
    REDIS_SENTINEL_PASSWORD: settings.Secret | None = _secret(  # noqa: RUF009
        settings.optional, None, "Password of the Sentinels."
    )
    REDIS_CA_FILE: str | None = _setting(
        settings.optional,
        None,
        "File of the certificate authorities that Redis may use, in PEM format, instead of those "
        "of the system. It needs a `REDIS_URL` with TLS.",
    )
    REDIS_CERT_FILE: str | None = _setting(
        settings.optional, None, "File of the certificate that the server shows to Redis, in PEM."
    )
    REDIS_KEY_FILE: str | None = _setting(
        settings.optional,
        None,
        "File of the key of `REDIS_CERT_FILE`, if it is not in the same file. It has no password.",
    )
    REDIS_KEY_PREFIX: str = _setting(
        settings.key_prefix,
        "webhook-logger",
        "Beginning of all keys and channels in Redis, followed by a colon. Workers with the same "
        "prefix work together; with different ones, they share a Redis without sharing callbacks.",
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
        "Maximum requests, joins and other commands of a worker that wait while the queue is "
        "unavailable.",
        "`503` at once, with the reason `queue_backlog_full`; joins are retried.",
    )
    QUEUE_BACKLOG_BYTES: int = _limit(
        settings.whole_number(1, 2**40),
        64 * 2**20,
        "Maximum bytes of commands that wait for the queue on a worker.",
        "`503` at once, with the reason `queue_backlog_full`; joins are retried.",
    )
    MAX_CONNECTIONS: int = _limit(
        settings.whole_number(10, 10**6),
        100_000,
        "Maximum connections per worker. Lowered automatically when the file-descriptor limit "
        "is lower.",
        "`503` with `Retry-After`, and the connection is closed. At most 64 connections get this "
        "response at a time; further ones wait.",
    )
    KEEP_ALIVE_SECONDS: float = _limit(
        settings.seconds(1, 3600),
        75.0,
        "Seconds that a connection stays open for its next request.",
        "The connection is closed without a response.",
    )
    HEAD_SECONDS: float = _limit(
        settings.seconds(1, 3600),
        20.0,
        "Seconds in which the request line and all header lines must arrive.",
        "`408`, and the connection is closed.",
    )
    BODY_SECONDS: float = _limit(
        settings.seconds(1, 3600),
        60.0,
        "Seconds in which a body must arrive.",
        "`408`, and the connection is closed; nothing is published.",
    )
    MAX_TARGET_BYTES: int = _limit(
        settings.whole_number(256, 2**20),
        8 * 1024,
        "Maximum size of a request target (path and query), in bytes.",
        "`414`, and the connection is closed.",
    )
    MAX_HEADER_BYTES: int = _limit(
        settings.whole_number(256, 2**24),
        64 * 1024,
        "Maximum size of a request's header section, in bytes.",
        "`431`, and the connection is closed.",
    )
    MAX_HEADER_LINES: int = _limit(
        settings.whole_number(1, 10**6),
        1000,
        "Maximum header lines of a request.",
        "`431`, and the connection is closed.",
    )
    MAX_BODY_BYTES: int = _limit(
        settings.whole_number(0, 2**30),
        2**20,
        "Maximum size of a request body, in bytes.",
        "`413`. The request gets its `seq`, and viewers see its size but no content.",
    )
    MAX_REQUESTS_PER_SECOND: int = _limit(
        settings.whole_number(0, 10**6),
        0,
        "Maximum requests per callback and second, on all workers together; `0` for no limit.",
        "`429` with `Retry-After`; viewers get `refused`.",
    )
    MAX_SENDERS_PER_ADDRESS: int = _limit(
        settings.whole_number(0, 10**6),
        0,
        "Maximum requests to callbacks that a worker handles at a time for one address, "
        "including those that wait for a delayed reply; `0` for no limit.",
        "`429` with `Retry-After`.",
    )
    MAX_REPLY_CHANGES_PER_MINUTE: int = _limit(
        settings.whole_number(0, 10**6),
        600,
        "Maximum changes of replies per address, worker and minute; `0` for no limit.",
        "`429` with `Retry-After`.",
    )
    RESPONSE_TIMEOUT: float = _limit(
        settings.seconds(0.1, 30),
        10.0,
        "Seconds that a sender waits for the callback's responder, if it has one.",
        "The sender gets the callback's reply. A later response gets `409`.",
    )
    HANDSHAKES: str = _setting(
        settings.one_of("on", "off"),
        "on",
        "`on`: a callback that has a viewer responds to handshakes as their providers expect. "
        "`off`: handshakes are ordinary requests.",
    )
    OPEN_CALLBACKS: str = _setting(
        settings.one_of("on", "off"),
        "on",
        "`off`: the server has private callbacks only, and refuses every other UUID with `403`.",
    )
    REPLIES: str = _setting(
        settings.one_of("on", "off"),
        "on",
        "`off`: senders get only responses of the server itself. Users cannot set a reply or "
        "respond, and stored replies are ignored.",
    )
    BLOCK_LIST_FILE: str | None = _setting(
        settings.text,
        None,
        "File with callbacks, addresses and networks that the server refuses with `403`. It is "
        "read again when it changes.",
    )
    OPERATOR_TOKEN: settings.Secret | None = _secret(  # noqa: RUF009
        settings.token,
        None,
        "Token for `GET /api/operator/top`, which lists the busiest callbacks and addresses. "
        "Without it, the path does not exist, and nothing is counted for it.",
    )
    MAX_VIEWERS: int = _limit(
        settings.whole_number(0, 10**6),
        0,
        "Maximum viewers per worker, at most nine tenths of its connections; `0` for nine tenths.",
        '`bye {reason: "limit"}`, then the viewer is disconnected; it may reconnect. When '
        "WebSockets use nine tenths of the connections, a further handshake gets `503` with "
        "`Retry-After`.",
    )
    MAX_VIEWERS_PER_ADDRESS: int = _limit(
        settings.whole_number(0, 10**6),
        0,
        "Maximum viewers per address and worker; `0` for no limit.",
        '`bye {reason: "limit"}`, then the viewer is disconnected; it may reconnect.',
    )
    MAX_ROOMS_PER_VIEWER: int = _limit(
        settings.whole_number(1, 10**4),
        32,
        "Maximum callbacks that one viewer watches on one connection.",
        "The join gets `{ok: false}` with the reason `too_many_rooms`.",
    )
    MAX_MESSAGE_BYTES: int = _limit(
        settings.whole_number(1024, 2**20),
        4 * 1024,
        "Maximum size of a viewer's message, in bytes; with long-polling, of the whole body of "
        "one request.",
        '`bye {reason: "limit"}`, then the viewer is disconnected; it may reconnect.',
    )
    MAX_MESSAGES_PER_SECOND: int = _limit(
        settings.whole_number(0, 10**6),
        100,
        "Maximum messages per second that the server handles from one viewer. Each WebSocket "
        "frame counts, including pings, pongs and fragments. `0` for no limit.",
        "Further messages wait: the server does not read from this viewer until the second is "
        'over. If this delays its response to a ping by 5 seconds, `bye {reason: "limit"}`, then '
        "the viewer is disconnected; it may reconnect.",
    )
    MAX_VIEWER_QUEUE_BYTES: int = _limit(
        settings.whole_number(2**16, 2**32),
        6 * 2**20,
        "Maximum bytes buffered for a slow viewer, in addition to one event, before it is "
        "disconnected. An event for `n` viewers of a callback counts with `1/n` of its size, "
        "at least `1/8`.",
        '`bye {reason: "slow"}`, then the viewer is disconnected. When it reconnects, `joined` '
        "reports the number of missed requests.",
    )
    RECOVERY_SECONDS: float = _setting(
        settings.seconds(0, 3600),
        0.0,
        "Seconds for which captured requests are kept in memory, so that a viewer that reconnects "
        "gets those that it missed. Only requests of callbacks that had a viewer within this time "
        "are kept. `0` keeps nothing.",
    )
    RECOVERY_BYTES: int = _limit(
        settings.whole_number(2**16, 2**28),
        4 * 2**20,
        "Maximum bytes of the kept requests of a callback.",
        "The oldest kept requests of the callback are dropped. A larger request is not kept, and "
        "older ones are dropped.",
    )
    RECOVERY_TOTAL_BYTES: int = _limit(
        settings.whole_number(2**20, 2**40),
        256 * 2**20,
        "Maximum bytes of all kept requests, on all workers together.",
        "The oldest kept requests are dropped. Viewers that missed them see how many they missed.",
    )
    CORS_ALLOWED_ORIGINS: tuple[str, ...] = _setting(
        settings.origins,
        ("*",),
        "Origins of pages that may connect to the stream, separated by commas; `*` for all. The "
        "server's own origin is always allowed.",
    )
    FRAME_ANCESTORS: tuple[str, ...] = _setting(
        settings.frame_ancestors,
        ("none",),
        "Origins that may embed the dashboard in a frame: `none`, or `self` and origins, "
        "separated by commas.",
    )
    TRUSTED_PROXIES: int = _setting(
        settings.whole_number(0, 10),
        0,
        "Number of proxies in front that add an address to `X-Forwarded-For`. The server trusts "
        "this number of values, from the right end.",
    )
    TRUSTED_PROXIES_PROTO: int = _setting(
        settings.whole_number(0, 10),
        0,
        "Number of proxies in front that set `X-Forwarded-Proto`. `0` ignores the header: if no "
        "proxy sets it, the sender can.",
    )
    TRUSTED_PROXIES_HOST: int = _setting(
        settings.whole_number(0, 10),
        0,
        "Number of proxies in front that set `X-Forwarded-Host`. `0` ignores the header, and "
        "uses `Host`.",
    )
    DRAIN_SECONDS: float = _setting(
        settings.seconds(0, 3600),
        0.0,
        "Seconds that a worker continues to serve after SIGTERM, while `/readyz` fails and new "
        "viewers are refused. At least 5 if the worker has viewers and another worker shares its "
        "queue. Stopping then takes at most 15 more seconds.",
    )
    BALANCER_HEADERS: str = _setting(
        settings.one_of("x-forwarded", "webhook-logger"),
        "x-forwarded",
        "Forwarded headers that the server trusts: `x-forwarded` for `X-Forwarded-*`, within the "
        "three `TRUSTED_PROXIES` settings, or `webhook-logger` for those of `deploy/nginx`.",
    )
    LOG_FORMAT: str = _setting(
        settings.one_of("text", "json"),
        "text",
        "Format of the log: `text`, or `json` with one object per line.",
    )
    ACCESS_LOG: str = _setting(
        settings.one_of("off", "on"),
        "off",
        "`on` logs a line for each request, without its path, query, headers and body.",
    )
    LOG_LEVEL: str = _setting(
        settings.one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "INFO",
        "Level of the log: `DEBUG`, `INFO`, `WARNING` or `ERROR`.",
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Config:
        """Return the settings in `environ`, and defaults for the others.

        Raises `ConfigError` for the first wrong value.
        """
        values = {
            row.name: _parse(row, value)
            for row in fields(cls)
            if (value := _value(row, environ)) is not None
        }
        return cls(**values)

    @property
    def queue(self) -> str | None:
        """Return `REDIS_URL` without user, password and options, so that logs may show it."""
        if self.REDIS_URL is None:
            return None
        return queue_url.QueueUrl.parse(self.REDIS_URL.reveal()).shown

    def announcement(self, url: str, delivery: str) -> str:
        """Return the first line that a server prints, with the URL where it listens."""
        url += self.URL_PREFIX + "/"
        here = f"{url} serves {self.DASHBOARD_URL}" if self.DASHBOARD_URL else f"open {url}"
        return f"Webhook logger: {here} (delivery {delivery})"

    @property
    def log_level(self) -> int:
        """Return `LOG_LEVEL` as the number that the logging module uses."""
        return int(getattr(logging, self.LOG_LEVEL))


def misspelled(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the variables whose names are probably meant to be settings, each with that setting.

    The environment has variables of other programs, too, so an unknown name is not an error.
    """
    names = {row.name for row in fields(Config)}
    names |= {f"{row.name}_FILE" for row in fields(Config) if "is_secret" in row.metadata}
    pairs = []
    for name in sorted(environ.keys() - names):
        pairs += [(name, each) for each in difflib.get_close_matches(name.upper(), names, 1, 0.8)]
    return pairs


def _value(row: Any, environ: Mapping[str, str]) -> str | None:
    """Return the value of a setting or, for a secret, of the file that its second setting names."""
    value, name = environ.get(row.name), f"{row.name}_FILE"
    path = environ.get(name) if "is_secret" in row.metadata else None
    if not path:
        return value
    if value:
        raise ConfigError(f"The settings {row.name} and {name} exclude each other. Remove one.")
    try:
        return settings.content(path)
    except ValueError as error:
        raise ConfigError(f"The setting {name} {error}.") from None


def _parse(row: Any, value: str) -> Any:
    try:
        return row.metadata["parse"](value)
    except ValueError as error:
        shown = "its value is secret" if "is_secret" in row.metadata else f"it is {value!r}"
        raise ConfigError(f"The setting {row.name} {error}; {shown}.") from None
