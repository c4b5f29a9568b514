"""The settings' table; that a wrong value stops the start is shown with real processes."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from config import Config, ConfigError

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_defaults_are_those_of_a_laptop() -> None:
    config = Config.from_environ({})
    assert (config.HOST, config.PORT, config.REDIS_URL) == ("127.0.0.1", 8000, None)
    assert (config.MAX_BODY_BYTES, config.CORS_ALLOWED_ORIGINS) == (2**20, ("*",))
    assert (config.TRUSTED_PROXIES, config.LOG_LEVEL) == (0, "INFO")


def test_it_reads_the_environment_and_nothing_else_of_it() -> None:
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


def test_it_shows_the_queue_without_its_password() -> None:
    config = Config(REDIS_URL="redis://user:secret@queue:6379/0?password=secret")
    assert config.queue == "redis://queue:6379/0"


def test_an_error_names_setting_and_value() -> None:
    with pytest.raises(ConfigError, match=r"^The setting PORT must be .* it is 'x'\.$"):
        Config.from_environ({"PORT": "x"})


@pytest.mark.parametrize("setting", fields(Config), ids=lambda setting: setting.name)
def test_every_setting_is_documented_as_it_is(setting: object) -> None:
    name, default, text = setting.name, setting.default, setting.metadata["help"]
    shown = ",".join(default) if isinstance(default, tuple) else default
    row = f"| `{name}` | {'none' if shown is None else f'`{shown}`'} | {text} |"
    assert row in README


def test_no_setting_is_documented_that_is_not() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)
    assert documented == [setting.name for setting in fields(Config)]
