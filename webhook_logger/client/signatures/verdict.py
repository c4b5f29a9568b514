"""What is said of a signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reason = Literal["secret", "timestamp", "body", "missing", "malformed"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a signature is right; true in an `if` or `assert` exactly when it is."""

    ok: bool
    why: Reason | None = None
    """What is wrong; None where nothing is."""
    text: str = "The signature is valid."
    """A sentence."""
    notes: tuple[str, ...] = ()
    """What else is to be said of a right signature."""

    def __bool__(self) -> bool:
        return self.ok


def right(*notes: str) -> Verdict:
    return Verdict(ok=True, notes=notes)


def wrong(why: Reason, text: str) -> Verdict:
    return Verdict(ok=False, why=why, text=text)


def missing(header: str) -> Verdict:
    return wrong("missing", f"This request has no {header} header.")


def malformed(header: str, what: str) -> Verdict:
    """`what`: is wrong with it."""
    return wrong("malformed", f"The {header} header is malformed: {what}.")


def mismatch(what: str = "the secret is wrong") -> Verdict:
    """Nothing can be told apart here: a hash that differs says no more."""
    return wrong(
        "secret",
        f"The signature does not match: {what}, or the request was changed after it was signed.",
    )


def body_not_kept() -> Verdict:
    return wrong(
        "body",
        "The body was larger than the server’s limit and not kept, so its signature can’t be "
        "checked.",
    )


def body_altered(original: str) -> Verdict:
    """`original`: what the body was when it was signed, in words."""
    return wrong(
        "body", f"The body was changed after it was signed. The signature is valid for {original}."
    )
