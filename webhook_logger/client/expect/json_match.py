"""Compare JSON values with those that a test expects."""

from __future__ import annotations

from typing import Any


def is_equal(expected: Any, received: Any) -> bool:
    """Return whether a JSON value equals the expected one, in which true is not 1.

    Objects such as `unittest.mock.ANY` decide themselves.
    """
    if isinstance(expected, dict) and isinstance(received, dict):
        return expected.keys() == received.keys() and all(
            is_equal(value, received[name]) for name, value in expected.items()
        )
    if isinstance(expected, list | tuple) and isinstance(received, list):
        return len(expected) == len(received) and all(map(is_equal, expected, received))
    if isinstance(expected, int | float) and isinstance(expected, bool) != isinstance(
        received, bool
    ):
        return False
    return bool(expected == received)


def part_of(received: Any, expected: Any) -> Any:
    """Return the part of a JSON value that `expected` names: of objects only its members."""
    if isinstance(expected, dict) and isinstance(received, dict):
        return {
            name: part_of(value, expected[name])
            for name, value in received.items()
            if name in expected
        }
    if isinstance(expected, list | tuple) and isinstance(received, list):
        named = [part_of(*pair) for pair in zip(received, expected, strict=False)]
        return named + received[len(named) :]
    return received


def aligned(expected: Any, received: Any) -> Any:
    """Return the expected value in the form of the received one, wherever they are equal."""
    if is_equal(expected, received):
        return received
    if isinstance(expected, dict) and isinstance(received, dict):
        return {
            name: aligned(value, received[name]) if name in received else value
            for name, value in expected.items()
        }
    if isinstance(expected, list | tuple) and isinstance(received, list):
        pairs = zip(expected, received, strict=False)
        return [aligned(*pair) for pair in pairs] + list(expected[len(received) :])
    return expected
