"""Messages for Redis' errors, for viewers and for the log."""

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
NO_RIGHTS_IN_VALKEY = "ERR ACL failure in script: User a has no permissions to run 'hget'"
REDIS_6_ERROR = "ERR Error running script (call to f_1): @user_script:5: -OOM command not allowed"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        *((f"{code} of Redis' own words", reason) for code, reason in REASONS.items()),
        (NO_RIGHTS, REASONS["NOPERM"]),
        (NO_RIGHTS_IN_VALKEY, REASONS["NOPERM"]),
        (REDIS_6_ERROR, REASONS["OOM"]),
        ("ERR wrong number of arguments", REFUSED),
        (redis.ResponseError("MOVED 7 10.0.0.1:6379"), REASONS["MOVED"]),
        (redis.AuthenticationError("invalid password"), REASONS["WRONGPASS"]),
        (redis.ConnectionError("Error 111 connecting to 10.0.0.1:6379"), UNREACHABLE),
        (redis.TimeoutError("Timeout connecting to server"), UNREACHABLE),
        (TimeoutError("timed out"), UNREACHABLE),
    ],
)
def test_a_message_for_viewers_does_not_contain_the_operators_hosts(
    error: Exception | str, reason: str
) -> None:
    assert reason_of(error) == reason
    assert "10.0.0.1" not in reason


def test_the_log_does_not_contain_the_quoted_command() -> None:
    quoting = "ERR unknown command 'AUTH', with args beginning with: 'user' 's3cret' "
    assert log_text(quoting) == "ERR unknown command 'AUTH'"
