"""The table of settings. integration/test_start.py tests the errors of invalid values."""

from __future__ import annotations

import re
import traceback
from dataclasses import fields
from pathlib import Path

import pytest

from config import Config, ConfigError, misspelled
from webhook_logger.queue_url import Kind, QueueUrl, needs_names, redis_url


def test_the_defaults_suit_a_laptop() -> None:
    config = Config.from_environ({})
    assert (config.HOST, config.PORT, config.REDIS_URL) == ("127.0.0.1", 8000, None)
    assert (config.MAX_BODY_BYTES, config.CORS_ALLOWED_ORIGINS) == (2**20, ("*",))
    assert (config.TRUSTED_PROXIES, config.LOG_LEVEL) == (0, "INFO")


def test_settings_are_read_from_the_environment() -> None:
    config = Config.from_environ(
        {
            "PORT": "9000",
            "LOG_LEVEL": "debug",
            "CORS_ALLOWED_ORIGINS": "https://a.example, http://b:1",
            "HOME": "/",
        }
    )
    assert (config.PORT, config.LOG_LEVEL) == (9000, "DEBUG")
    assert config.CORS_ALLOWED_ORIGINS == ("https://a.example", "http://b:1")


def test_an_empty_redis_url_means_no_queue() -> None:
    assert Config.from_environ({"REDIS_URL": ""}).REDIS_URL is None


def test_the_queue_is_shown_without_its_password() -> None:
    config = Config.from_environ({"REDIS_URL": "redis://user:secret@queue:6379/0?password=secret"})
    assert config.queue == "redis://queue:6379/0"


def test_only_some_queues_need_names() -> None:
    without = ("", " ", "redis://127.0.0.1", "rediss://[::1]:6379/1", "unix:///run/redis.sock")
    named = ("redis://localhost", "redis://queue:6379", "redis+cluster://10.0.0.1:6379")
    assert not any(map(needs_names, without))
    assert all(map(needs_names, (*named, "redis+sentinel://10.0.0.1:1/queue", "wrong")))


PASSWORDS = [
    "redis://:s3cret@queue:6379/0",
    "rediss://user:s3cret@queue:6379/0",
    "redis://queue:6379/0?password=s3cret",
    "unix://user:s3cret@/run/redis.sock?db=1",
    "rediss+sentinel://user:s3cret@a:26379,b:26379/queue",
    "redis+cluster://:s3cret@a:6379,b:6379",
]
WRONG_PASSWORDS = [
    *("http://:s3cret@queue", "redis://:s3cret@queue:port", "redis://:s3cret@", "s3cret@queue"),
    *("redis://:s3/cret@queue:6379/0", "redis://:s3#cret@queue:6379/0", "redis://:a?s3cret@queue"),
    *("redis://:s3cret@queue/name", "redis://queue/0?password=s3cret&time=1", "redis://[s3cret]"),
    *("redis://queue/0?s3cret", "redis://queue/0?db=s3cret", "rediss://:s3cret@[queue"),
    *("unix://:12/s3cret@/run/redis.sock", "unix://s3cret/run/redis.sock"),
    *("redis://s3cret/0", "redis://s3.cret", "redis://s3cret?db=1", "rediss://s3cret:"),
    *("redis+sentinel://s3cret/queue", "redis+sentinel://a:1,s3cret/queue", "redis://a:1,s3cret:2"),
    *("redis+sentinel://:s3cret@a:1", "redis+sentinel://:s3/cret@a:1/queue", "s3cret://a:1"),
    *("redis+cluster://:s3cret@a:1/1", "redis+cluster://:s3cret@a:1,b:c", "unix+tls:///s3cret"),
    *("redis:// s3cret:1/0", "redis://s3cret\n:1/0", "redis://-s3cret:1", "redis://.s3cret:1"),
    *("redis://s3\u00e9cret:1", f"redis://{'s3cret' * 20}:1", "REDIS://:s3cret@queue:6379/0"),
    *("redis://:%733cret@queue:port", "redis://queue/0#s3cret", "redis://:s3\ncret@queue:port"),
    *("redis://s3cret[::1]:1", "redis+cluster://a:1,s3cret[::1]:1", "redis://[::1]s3cret:1"),
]


@pytest.mark.parametrize("url", PASSWORDS)
def test_no_text_of_a_setting_shows_a_secret(url: str) -> None:
    config = Config.from_environ({"REDIS_URL": url})
    assert config.REDIS_URL is not None
    assert config.REDIS_URL.reveal() == url
    shown = (config, config.REDIS_URL, config.queue, [config.REDIS_URL])
    assert "s3cret" not in "".join(f"{value} {value!r}" for value in shown)


@pytest.mark.parametrize(
    "url",
    [
        *("redis://127.0.0.1", "redis://[::1]/1", "redis://localhost/0", "redis://my_queue:6379"),
        *("rediss://:pass@queue.example.com", "redis://:p%40ss@queue.", "unix:///run/redis.sock"),
    ],
)
def test_a_host_that_cannot_be_a_password_needs_no_port(url: str) -> None:
    assert redis_url(url) == url


def test_a_url_names_sentinels_a_cluster_or_a_socket() -> None:
    """Kind, hosts, path, TLS, service and database of each URL."""
    forms = {
        "redis://@queue": (Kind.SINGLE, (("queue", 6379),), "", False, "", 0),
        "rediss://queue:1/2": (Kind.SINGLE, (("queue", 1),), "", True, "", 2),
        "unix:///run/a%20b.sock?db=3": (Kind.SINGLE, (), "/run/a b.sock", False, "", 3),
        "redis+sentinel://:a,b@c,d:1/my-queue": (
            *(Kind.SENTINEL, (("c", 26379), ("d", 1)), "", False),
            *("my-queue", 0),
        ),
        "rediss+sentinel://[::1]:1,[::2]:2/queue/3": (
            *(Kind.SENTINEL, (("::1", 1), ("::2", 2)), "", True),
            *("queue", 3),
        ),
        "redis+cluster://a:1,b:2": (Kind.CLUSTER, (("a", 1), ("b", 2)), "", False, "", 0),
        "rediss+cluster://127.0.0.1/": (Kind.CLUSTER, (("127.0.0.1", 6379),), "", True, "", 0),
    }
    for text, parts in forms.items():
        url = QueueUrl.parse(text)
        assert (url.kind, url.hosts, url.path, url.has_tls, url.service, url.db) == parts, text


def test_user_and_password_are_decoded() -> None:
    for text in ("redis://u:p%40,s@h:1", "redis://h:1?username=u&password=p%40,s"):
        url = QueueUrl.parse(text)
        assert (url.username, url.password) == ("u", "p@,s")


@pytest.mark.parametrize("url", WRONG_PASSWORDS)
def test_an_error_does_not_show_a_secret(url: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        Config.from_environ({"REDIS_URL": url})
    shown = "".join(traceback.format_exception(wrong.value))
    assert "The setting REDIS_URL " in shown
    assert not re.search("s3|cret|733", str(wrong.value).replace("is secret", ""))


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_can_contain_a_secret(tmp_path: Path, end: str) -> None:
    path = tmp_path / "url"
    path.write_bytes(f"{PASSWORDS[0]}{end}".encode())
    config = Config.from_environ({"REDIS_URL_FILE": str(path), "REDIS_URL": ""})
    assert config.REDIS_URL is not None
    assert config.REDIS_URL.reveal() == PASSWORDS[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"REDIS_URL_FILE must .* \(No such file or directory\)\."),
        (b"", r"REDIS_URL_FILE must name a file that is not empty\."),
        (b"\n", r"REDIS_URL_FILE must name a file that is not empty\."),
        (b"\xff", r"REDIS_URL_FILE must name a text file in UTF-8\."),
        (b"s3cret", r"REDIS_URL must look like .*; its value is secret\."),
    ],
)
def test_a_wrong_file_of_a_secret_is_named(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "s3cret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=f"^The setting {message}$") as wrong:
        Config.from_environ({"REDIS_URL_FILE": str(path)})
    assert "s3cret" not in str(wrong.value)


def test_a_secret_has_only_one_source() -> None:
    with pytest.raises(ConfigError, match="REDIS_URL and REDIS_URL_FILE exclude each other"):
        Config.from_environ({"REDIS_URL": PASSWORDS[0], "REDIS_URL_FILE": "/nowhere"})


def test_an_error_names_the_setting_and_the_value() -> None:
    with pytest.raises(ConfigError, match=r"^The setting PORT must be .* it is 'x'\.$"):
        Config.from_environ({"PORT": "x"})


def test_names_that_resemble_a_setting_are_found_and_others_ignored() -> None:
    wrong = {"MAX_VIEWER": "MAX_VIEWERS", "port": "PORT", "REDIS_URL_FIL": "REDIS_URL_FILE"}
    others = ["HOSTNAME", "HOME", "HTTP_PROXY", "REDIS_PORT", "REDIS_SERVICE_HOST", "LOG_FILE"]
    settings = ["PORT", "REDIS_URL_FILE", "MAX_VIEWERS"]
    assert dict(misspelled(dict.fromkeys([*wrong, *others, *settings], ""))) == wrong


def test_each_limit_documents_the_effect_of_exceeding_it() -> None:
    limits = [setting for setting in fields(Config) if setting.name.startswith("MAX_")]
    assert all("over" in setting.metadata for setting in limits)


@pytest.mark.parametrize("value", ["/hooks", "/hooks/", " /hooks "])
def test_a_prefix_has_no_slash_at_its_end(value: str) -> None:
    assert Config.from_environ({"URL_PREFIX": value}).URL_PREFIX == "/hooks"


@pytest.mark.parametrize("value", ["", "/"])
def test_the_root_is_not_a_prefix(value: str) -> None:
    assert Config.from_environ({"URL_PREFIX": value}).URL_PREFIX == ""


@pytest.mark.parametrize("value", ["", "a{b}", "a*", "a b", "x" * 65])
def test_a_key_prefix_has_no_character_with_a_meaning_in_redis(value: str) -> None:
    with pytest.raises(ConfigError, match="REDIS_KEY_PREFIX must have 1 to 64 of"):
        Config.from_environ({"REDIS_KEY_PREFIX": value})


def test_frame_ancestors_are_a_list_of_self_and_origins() -> None:
    config = Config.from_environ({"FRAME_ANCESTORS": "self, https://a.example,http://*.b:8000"})
    assert config.FRAME_ANCESTORS == ("self", "https://a.example", "http://*.b:8000")
