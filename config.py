"""The settings: one table, read from the environment.

A row is a field of `Config`: name, type, default, help. README.md shows the same table, and a test
compares the two. A wrong value stops the start with a sentence that names the setting.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit


class ConfigError(ValueError):
    """A setting has a value that it cannot have; the message is a sentence for the operator."""


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        # Not int() alone: it takes "1_000", "+5" and other digits than ASCII's.
        if not re.fullmatch(r"[0-9]{1,18}", value) or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return parse


def _seconds(least: float, most: float) -> Callable[[str], float]:
    def parse(value: str) -> float:
        if (
            not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value)
            or not least <= float(value) <= most
        ):
            raise ValueError(f"must be a number of seconds from {least:g} to {most:g}")
        return float(value)

    return parse


def _redis_url(value: str) -> str | None:
    """None (no queue) for an empty value, so that a set-up can switch the queue off by name."""
    if not value.strip():
        return None
    url = urlsplit(value.strip())
    if not _names_a_redis(url):
        raise ValueError(
            "must look like redis://:password@host:6379/0 (or rediss://…, or unix://…)"
        )
    # Other options would change how the queue is spoken to, time-outs included.
    if unknown := set(parse_qs(url.query, keep_blank_values=True)) - {"db", "username", "password"}:
        raise ValueError(f"has the option {min(unknown)!r}, and may have db, username, password")
    return value.strip()


def _names_a_redis(url: SplitResult) -> bool:
    try:
        if url.port == 0:
            return False
    except ValueError:
        return False
    if url.scheme == "unix":
        return bool(url.path)
    return url.scheme in ("redis", "rediss") and bool(
        url.hostname and re.fullmatch(r"/?[0-9]{0,6}", url.path)
    )


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in value.split(",") if origin.strip())
    if not origins:
        raise ValueError(
            "must be * or origins with commas between, such as https://tools.example.com"
        )
    for origin in origins:
        if origin != "*" and not re.fullmatch(r"https?://[^\s/?#@*]+", origin):
            raise ValueError(
                f"has {origin!r}, which is not an origin such as https://tools.example.com"
            )
    return origins


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        for choice in choices:
            if value.strip().lower() == choice.lower():
                return choice
        raise ValueError(f"must be one of {', '.join(choices)}")

    return parse


def _setting(parse: Callable[[str], Any], default: Any, text: str) -> Any:
    return field(default=default, metadata={"parse": parse, "help": text})


@dataclass(frozen=True)
class Config:
    """The settings of one worker, as validated values."""

    HOST: str = _setting(_text, "127.0.0.1", "Address to listen on; `0.0.0.0` for every one.")
    PORT: int = _setting(_whole_number(0, 65535), 8000, "Port to listen on; `0` takes a free one.")
    REDIS_URL: str | None = _setting(
        _redis_url,
        None,
        "The queue, such as `redis://localhost:6379/0`; without it, one process does it all.",
    )
    QUEUE_TIMEOUT: float = _setting(
        _seconds(0.1, 60), 2.0, "Seconds that a request waits for the queue before it gets `503`."
    )
    QUEUE_BACKLOG: int = _setting(
        _whole_number(1, 10**6),
        1000,
        "How many requests, joins and the like of a worker wait while the queue is away.",
    )
    QUEUE_BACKLOG_BYTES: int = _setting(
        _whole_number(1, 2**40), 64 * 2**20, "How many bytes may wait for the queue at any time."
    )
    MAX_BODY_BYTES: int = _setting(
        _whole_number(0, 2**30),
        2**20,
        "Largest request body that is shown, in bytes; a larger one is answered `413`.",
    )
    MAX_REQUESTS_PER_SECOND: int = _setting(
        _whole_number(0, 10**6),
        0,
        "How many requests a callback takes in a second, the rest gets `429`; `0` for any number.",
    )
    MAX_REPLY_CHANGES_PER_MINUTE: int = _setting(
        _whole_number(0, 10**6),
        600,
        "How often one address may change replies on one worker, the rest gets `429`; `0` for any "
        "number.",
    )
    CORS_ALLOWED_ORIGINS: tuple[str, ...] = _setting(
        _origins,
        ("*",),
        "Origins whose pages may connect to the stream besides its own, with commas between; "
        "`*` for any.",
    )
    TRUSTED_PROXIES: int = _setting(
        _whole_number(0, 10),
        0,
        "How many proxies in front are believed in `X-Forwarded-For`, `-Proto` and `-Host`.",
    )
    DRAIN_SECONDS: float = _setting(
        _seconds(0, 3600),
        0.0,
        "Seconds that a worker still serves after SIGTERM, `/readyz` failing, before it leaves.",
    )
    BALANCER_HEADERS: str = _setting(
        _one_of("x-forwarded", "webhook-logger"),
        "x-forwarded",
        "What is believed: `x-forwarded`, by `TRUSTED_PROXIES`; or `webhook-logger`, what "
        "`deploy/nginx` adds.",
    )
    LOG_LEVEL: str = _setting(
        _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
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
        """`REDIS_URL` without its password, fit to be shown."""
        if self.REDIS_URL is None:
            return None
        url = urlsplit(self.REDIS_URL)
        return url._replace(netloc=url.netloc.rpartition("@")[2], query="").geturl()

    @property
    def log_level(self) -> int:
        """`LOG_LEVEL` as the logging module counts it."""
        return int(getattr(logging, self.LOG_LEVEL))


def _parse(row: Any, value: str) -> Any:
    try:
        return row.metadata["parse"](value)
    except ValueError as error:
        raise ConfigError(f"The setting {row.name} {error}; it is {value!r}.") from None
