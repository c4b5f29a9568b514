"""The envelope of messages between workers, in Python and in Lua."""

from __future__ import annotations

import pytest

from tests.support.processes import Redis
from webhook_logger.delivery.redis.envelope import SEAL, UnknownVersion, seal, unseal

MESSAGES = [
    ("used", []),
    ("viewers", ["3"]),
    ("reply", ["-", '{"body":"a b\\n"}']),
    ("reply", ["3", "{}", "0"]),
    ("refused", ["", ""]),
    ("emit", ["line\nfeeds 1 \u20ac \x00"]),
    ("request", ["e" * 28, "12", "200", "default", "x" * 100_000]),
]


@pytest.mark.parametrize(("kind", "parts"), MESSAGES, ids=lambda value: str(value)[:12])
def test_unseal_returns_the_kind_and_the_parts_of_a_sealed_message(
    kind: str, parts: list[str]
) -> None:
    assert unseal(seal(kind, *parts)) == (kind.encode(), [part.encode() for part in parts])


def test_scripts_and_python_seal_messages_identically(redis: Redis) -> None:
    script = SEAL + "return seal(ARGV[1], unpack(ARGV, 2))"
    for kind, parts in MESSAGES:
        assert redis.client.eval(script, 0, kind, *parts) == seal(kind, *parts).decode()


@pytest.mark.parametrize("message", [b"", b"2 viewers 1\n3", b"10 used\n", b"{}", b"viewers 3"])
def test_a_message_of_another_version_is_recognized(message: bytes) -> None:
    with pytest.raises(UnknownVersion):
        unseal(message)


@pytest.mark.parametrize(
    "message",
    [b"1 ", b"1 used", b"1 viewers 2\n3", b"1 viewers 1\n33", b"1 viewers x\n3", b"1 used \n"],
)
def test_a_malformed_message_is_rejected(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unseal(message)
