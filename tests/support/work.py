"""How much work a call is, in steps that are the same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

# What parsers stumble over, alone and mixed.
AWKWARD = (
    *(" ", "\t", ";", ",", '"', "\\", "=", "&", "%", "[", "{", "-", "/", ".", ":", "\r\n", "\n"),
    *(
        "\xa0",
        "a",
        "0",
        "%4",
        "%33",
        "a=",
        ";a",
        ";a=",
        ';a="',
        '\\"',
        "; ",
        " ,",
        "a,",
        "a&b=",
        "./",
    ),
)
FRAMES = ("{}", "a{}b", 'a/b; x="{}')


def awkward(size: int) -> Iterator[str]:
    """Each pattern repeated up to that size, in each frame."""
    for pattern in AWKWARD:
        for frame in FRAMES:
            yield frame.replace("{}", pattern * (size // len(pattern)))


def steps(call: Callable[..., object], *arguments: object) -> int:
    """Count the bytecodes that a call executes; what C code does within one of them is one step."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call(*arguments)
    finally:
        sys.settrace(before)
    return count
