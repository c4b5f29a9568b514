"""View keys of private callbacks."""

from __future__ import annotations

from uuid import uuid4

import pytest

from webhook_logger.callbacks import is_private, may_watch, new_key, uuid_of_key

KEY = "A" * 22
UUID = "dab4b7e8-9783-8a7c-87b8-8657aef61edf"
"""The test vector of docs/protocol.md."""


def test_a_key_has_the_uuid_of_the_contract() -> None:
    assert uuid_of_key(KEY) == UUID


def test_new_keys_differ_and_open_their_callback_only() -> None:
    one, other = new_key(), new_key()
    assert one != other
    assert may_watch(uuid_of_key(one), one)
    assert not may_watch(uuid_of_key(one), other)


@pytest.mark.parametrize(
    "key", [None, "", "A" * 21, "A" * 23, KEY + "\n", KEY + "==", "é" * 22, 5, True, [KEY], {}]
)
def test_a_malformed_key_opens_no_private_callback(key: object) -> None:
    assert not may_watch(UUID, key)
    assert may_watch(str(uuid4()), key)


def test_every_uuid_of_version_8_is_private_regardless_of_its_variant() -> None:
    assert is_private(UUID)
    assert is_private("dab4b7e8-9783-8a7c-e7b8-8657aef61edf")
    others = [f"dab4b7e8-9783-{digit}a7c-87b8-8657aef61edf" for digit in "012345679abcdef"]
    assert not any(map(is_private, others))
