"""The verdict on a signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webhook_logger.providers.locations import describe

Reason = Literal["secret", "timestamp", "body", "missing", "malformed"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a signature; true in an `if` or `assert` if it is valid."""

    ok: bool
    reason: Reason | None = None
    """Why it is not valid; None if it is."""
    text: str = "The signature is valid."
    """The verdict, for people."""
    notes: tuple[str, ...] = ()
    """More about a valid signature, for people."""

    def __bool__(self) -> bool:
        return self.ok


def valid(*notes: str) -> Verdict:
    return Verdict(ok=True, notes=notes)


def invalid(reason: Reason, text: str) -> Verdict:
    return Verdict(ok=False, reason=reason, text=text)


def missing(location: str) -> Verdict:
    """Return the verdict on a request without a value at a location."""
    return invalid("missing", f"This request has no {describe(location)}.")


def malformed(location: str, problem: str) -> Verdict:
    """Return the verdict on a malformed value; `problem` completes the message."""
    return invalid("malformed", f"The {describe(location)} is malformed: {problem}.")


def mismatch(cause: str = "the secret is wrong") -> Verdict:
    """Return the verdict on a different signature, which does not reveal the cause."""
    return invalid(
        "secret",
        f"The signature does not match: {cause}, or the request was changed after it was signed.",
    )


def body_not_kept() -> Verdict:
    return invalid(
        "body",
        "The body was larger than the server’s limit and not kept, so its signature can’t be "
        "checked.",
    )


def body_altered(original: str) -> Verdict:
    """Return the verdict on a changed body; `original` describes the signed one."""
    return invalid(
        "body", f"The body was changed after it was signed. The signature is valid for {original}."
    )
