"""Caches with untrusted keys are bounded."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from webhook_logger import hosts
from webhook_logger.memo import Memo, size_of
from webhook_logger.reply import response as reply_response
from webhook_logger.reply import value
from webhook_logger.serving import header_section, proxies, response

ROOT = Path(__file__).parents[1]
STATUS = "200 OK"


def test_results_are_cached_only_for_short_keys() -> None:
    made: list[str] = []
    memo = Memo[str, int](lambda key: made.append(key) or len(key), entries=2, size=3)  # type: ignore[func-returns-value]
    assert [memo[key] for key in ("abc", "abc", "abcd", "abcd")] == [3, 3, 4, 4]
    assert made == ["abc", "abcd", "abcd"]


def test_a_full_cache_is_emptied() -> None:
    memo = Memo[str, str](str.upper, entries=2, size=3)
    for key in ("a", "b", "c"):
        assert memo[key] == key.upper()
    assert memo == {"c": "C"}


def test_the_size_of_a_key_includes_nested_values() -> None:
    assert size_of(("ab", (("c", "d"), ("é", 5)), True)) == 7


MEMOS: dict[str, tuple[Memo[Any, Any], Callable[[str], object]]] = {
    "header names": (header_section._NAMES, str.encode),
    "names of balancer headers": (proxies._BALANCER_KEYS, lambda text: text),
    "addresses": (proxies._NORMAL_ADDRESSES, lambda text: text),
    "hosts": (hosts._NAMES, lambda text: text),
    "heads of responses": (
        response._HEADS,
        lambda text: (STATUS, (("Access-Control-Allow-Headers", text),), 0, True),
    ),
    "responses": (reply_response._ACCEPTED, lambda text: (1, (("A", text),), (("B", text),))),
    "replies": (value._REPLIES, lambda text: f'{{"headers": [["A", "{text}"]]}}'),
}


@pytest.mark.parametrize(("memo", "key_of"), MEMOS.values(), ids=MEMOS)
def test_hostile_keys_use_little_memory(
    memo: Memo[Any, Any], key_of: Callable[[str], object]
) -> None:
    for length in (1, 50, 1000, 60_000):
        for n in range(1200):
            assert memo[key_of(f"{n}-" + "a" * length)] is not None
    assert sum(map(size_of, memo)) <= memo._entries * memo._size <= 2**20


@pytest.mark.parametrize("form", ["fe80::1%{}", "[fe80::1%{}]:80"])
def test_a_trusted_address_is_short(form: str) -> None:
    assert proxies._address(form.format("eth0")) == "fe80::1%eth0"
    assert proxies._address(form.format("e" * 1000)) == ""


# They have no keys, or their keys come from the code or the registry, or their sizes are limited.
BOUNDED = {
    *("sha", "_date", "_begin_of_id", "_written_second"),
    *("ids", "providers", "_by_id", "_levels", "_known", "marks", "compiled"),
    *("template", "tokens_of"),
}


def cached(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            names = {ast.unparse(each).partition("(")[0] for each in node.decorator_list}
            if any(name.rpartition(".")[2] in ("cache", "lru_cache") for name in names):
                yield node.name


def test_there_are_no_other_caches() -> None:
    files = sorted((ROOT / "webhook_logger").rglob("*.py"))
    assert {name for file in files for name in cached(file.read_text())} == BOUNDED
