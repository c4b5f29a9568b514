"""Measure the work of a call in steps, which are the same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

# Characters that make parsers slow, alone and mixed.
AWKWARD = (
    *(" ", ";", ",", '"', "\\", "=", "&", "%", "[", "{", "-", "/", ":", "\r\n", "\xa0", "a", "0"),
    *("%33", "a=", ";a=", ';a="', "; ", "a,", "a&b="),
)
FRAMES = ("a{}b", 'a/b; x="{}')


def awkward(size: int) -> Iterator[str]:
    """Yield each pattern, repeated up to that size, in each frame."""
    for pattern in AWKWARD:
        for frame in FRAMES:
            yield frame.replace("{}", pattern * (size // len(pattern)))


def steps(call: Callable[..., object], *arguments: object) -> int:
    """Count the lines that a call executes, including repetitions.

    A C method of a text counts as the length of the text, because it may read the whole text.
    """
    count = 0

    def trace(_frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    def profile(_frame: FrameType, event: str, function: Any) -> None:
        nonlocal count
        if event == "c_call":
            text = getattr(function, "__self__", None)
            count += len(text) if isinstance(text, str | bytes | bytearray) else 1

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(trace)
    sys.setprofile(profile)
    try:
        call(*arguments)
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return count
