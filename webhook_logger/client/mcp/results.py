"""The results of the tools: structured values, and the text that a model reads."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, Field


class Result(BaseModel):
    """The base of all results."""

    def text(self) -> str:
        """Return the text that a model reads."""
        raise NotImplementedError

    def link(self) -> str:
        """Return the URI of a resource that belongs to the result, or an empty text."""
        return ""


class WatchHealth(BaseModel):
    """Whether the list of requests is complete."""

    state: Literal["live", "reconnecting", "stalled", "refused"] = Field(
        description="Only `live` means that every new request arrives."
    )
    reason: str = Field(description="Why it is not live.")
    received: int = Field(description="Requests that arrived in this session.")
    missed: int = Field(description="Requests that the server accepted and that never arrived.")
    missed_unknown: bool = Field(description="Whether an unknown number of others were missed.")
    dropped: int = Field(description="Requests that arrived and are no longer kept.")
    refused: int = Field(description="Requests that the server refused.")
    refusal: str = Field(description="The reason for the latest of them, as a word.")

    def lines(self) -> list[str]:
        """Return what a reader must know, or nothing if the list is complete."""
        lines = []
        if self.state != "live":
            why = f" ({self.reason})" if self.reason else ""
            lines.append(
                f"WARNING: the connection is {self.state}{why}. Requests may have arrived at the "
                "server that are not known here."
            )
        if self.missed or self.missed_unknown:
            number = f"{self.missed}{' or more' if self.missed_unknown else ''}"
            shown = number if self.missed else "An unknown number of"
            lines.append(f"{shown} requests were missed while the connection was interrupted.")
        if self.dropped:
            lines.append(f"{self.dropped} older requests are no longer kept in this session.")
        if self.refused:
            requests = counted(self.refused, "request")
            lines.append(f"The server refused {requests}, the latest for: {self.refusal}.")
        return lines


class CallbackInfo(BaseModel):
    """A callback."""

    callback: str = Field(description="The id of the callback, for the other tools.")
    url: str = Field(description="The URL for senders. It also receives requests to longer paths.")
    page: str = Field(
        description="The link of the page that shows the requests live, for the user. It contains "
        "the view key: anyone who has it can read the requests."
    )
    health: WatchHealth

    def line(self) -> str:
        """Return one line about it."""
        requests = counted(self.health.received, "request")
        return f"{self.callback}: {self.url}, {requests}, {self.health.state}"


class Created(Result, CallbackInfo):
    """The result of create_callback and watch_callback."""

    def text(self) -> str:
        return "\n".join(
            (
                f"Callback: {self.callback}",
                f"URL for senders: {self.url}",
                f"Page for the user: {self.page}",
                "Give the page only to people who may see the requests: it contains the view key.",
                "Next: send a request to the URL, or configure it at the provider, then call "
                "wait_for_request.",
                *self.health.lines(),
            )
        )


class Callbacks(Result):
    """The result of list_callbacks."""

    server: str
    callbacks: list[CallbackInfo]

    def text(self) -> str:
        listed = [each.line() for each in self.callbacks] or ["No callback in this session."]
        return "\n".join((f"Server: {self.server}", *listed))


class Done(Result):
    """A result without data from senders."""

    message: str

    def text(self) -> str:
        return self.message


class ReplyResult(Result):
    """The reply of a callback."""

    reply: dict[str, object] = Field(description="The fields of set_reply, as the server has them.")

    def text(self) -> str:
        return "The callback's reply is now:\n" + _json(self.reply)


def counted(number: int, noun: str) -> str:
    """Return `1 request` or `2 requests`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
