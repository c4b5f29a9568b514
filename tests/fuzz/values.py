"""Strategies for JSON values."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st

from webhook_logger.callbacks import uuid_of_key

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


def _nearly(uuid: UUID) -> st.SearchStrategy[str]:
    text = str(uuid)
    others = [text.replace("-", ""), f"{{{text}}}", text + "\n", " " + text, text[1:]]
    return st.sampled_from([text, text.upper(), *others])


UUIDS = st.uuids().flatmap(_nearly) | st.text(max_size=40)
KEYS = st.from_regex("[A-Za-z0-9_-]{22}", fullmatch=True)
PRIVATE_JOINS = KEYS.map(lambda key: {"uuid": uuid_of_key(key), "key": key})
JOINS = st.fixed_dictionaries(
    {},
    optional={
        "uuid": UUIDS | JSON,
        "key": KEYS | st.text(max_size=30) | JSON,
        "epoch": st.text(max_size=80) | JSON,
        "seq": st.integers(-1, 2**54) | JSON,
        "respond": st.sampled_from([True, "handshakes"]) | JSON,
    },
)
