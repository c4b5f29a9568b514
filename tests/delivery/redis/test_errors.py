"""Redis' errors in plain words, and what of them is logged."""

from __future__ import annotations

import pytest
import redis

from webhook_logger.delivery.redis.errors import (
    REASONS,
    REFUSED,
    UNREACHABLE,
    log_text,
    reason_of,
)

NO_RIGHTS = "ERR The user executing the script can't run this command or subcommand"
OF_REDIS_6 = "ERR Error running script (call to f_1): @user_script:5: -OOM command not allowed"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        *((f"{code} of Redis' own words", reason) for code, reason in REASONS.items()),
        (NO_RIGHTS, REASONS["NOPERM"]),
        (OF_REDIS_6, REASONS["OOM"]),
        ("ERR wrong number of arguments", REFUSED),
        (redis.ResponseError("MOVED 7 10.0.0.1:6379"), REASONS["MOVED"]),
        (redis.AuthenticationError("invalid password"), REASONS["WRONGPASS"]),
        (redis.ConnectionError("Error 111 connecting to 10.0.0.1:6379"), UNREACHABLE),
        (redis.TimeoutError("Timeout connecting to server"), UNREACHABLE),
        (TimeoutError("timed out"), UNREACHABLE),
    ],
)
def test_a_viewer_gets_a_sentence_that_names_nothing_of_the_operators(
    error: Exception | str, reason: str
) -> None:
    assert reason_of(error) == reason
    assert "10.0.0.1" not in reason


def test_what_redis_quotes_of_a_command_is_not_logged() -> None:
    quoting = "ERR unknown command 'AUTH', with args beginning with: 'user' 's3cret' "
    assert log_text(quoting) == "ERR unknown command 'AUTH'"
