"""Messages and paths name a callback and a position in its stream, or are refused."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from uuid import RFC_4122, UUID

import pytest
from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.fuzz.values import JOINS, JSON, KEYS, PRIVATE_JOINS, UUIDS
from webhook_logger.callbacks import canonical_uuid, is_private, may_watch, uuid_of_key
from webhook_logger.delivery import Barrier
from webhook_logger.errors import Reason, Refusal
from webhook_logger.viewers.join import Join, uuid_of

CANONICAL = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@fuzz(value=UUIDS | JSON)
def test_a_callback_has_one_canonical_uuid(value: Any) -> None:
    with suppress(ValueError):
        canonical = canonical_uuid(value)
        assert re.fullmatch(CANONICAL, canonical)
        assert UUID(value) == UUID(canonical)
        assert canonical == value.lower()


@fuzz(payload=JOINS | JSON, seq=st.integers(0, 2**53))
def test_any_payload_is_a_join_or_refused(payload: Any, seq: int) -> None:
    with suppress(Refusal):
        join = Join.from_payload(payload)
        assert join.uuid == uuid_of(payload)
        assert may_watch(join.uuid, payload.get("key"))
        missed = join.missed(Barrier("e", seq, 0))
        assert missed is None or 0 <= missed <= seq


@fuzz(private=PRIVATE_JOINS, other=KEYS | st.text(max_size=30) | JSON)
def test_only_its_own_key_opens_a_private_callback(private: dict[str, Any], other: Any) -> None:
    assert Join.from_payload(private).uuid == private["uuid"]
    if other != private["key"]:
        with pytest.raises(Refusal) as refused:
            Join.from_payload({**private, "key": other})
        assert refused.value.reason is Reason.PRIVATE


@fuzz(key=KEYS)
def test_the_uuid_of_a_key_is_private(key: str) -> None:
    uuid = UUID(uuid_of_key(key))
    assert (uuid.version, uuid.variant, is_private(str(uuid))) == (8, RFC_4122, True)


@fuzz(auth=JOINS | JSON)
def test_any_auth_is_a_join_or_refused_or_names_no_callback(auth: Any) -> None:
    with suppress(Refusal):
        join = Join.from_auth(auth)
        assert (join is None) == (auth is None or "uuid" not in auth)


@fuzz(seq=st.integers(0, 2**53 - 1))
def test_a_float_seq_without_a_fraction_becomes_an_integer(seq: int) -> None:
    uuid = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
    join = Join.from_payload({"uuid": uuid, "epoch": "e", "seq": float(seq)})
    assert (type(join.seq), join.seq) == (int, seq)
