"""Tools that wait for requests, list, read and export them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import Field

from webhook_logger.client.archive import har
from webhook_logger.client.errors import Invalid
from webhook_logger.client.filters import Filter
from webhook_logger.client.mcp.app import Call, app_of, session_of, tool, watched_by
from webhook_logger.client.mcp.present import changed
from webhook_logger.client.mcp.threads import in_thread
from webhook_logger.client.mcp.tools.arguments import (
    MAX_SECONDS,
    Callback,
    Form,
    Limit,
    Number,
    Terms,
)
from webhook_logger.client.mcp.untrusted import Arrived, Detail, Exported, Rows
from webhook_logger.client.mcp.watching import Received, Watched, matches

MAX_WAIT_CHARACTERS = 40_000
"""Maximum characters of all bodies together, and of all header lines, in one result."""
MAX_HAR_CHARACTERS = 16_000
"""Maximum characters of a HAR that is part of a result."""
MAX_HAR_BYTES = 8 * 2**20
"""Maximum size of a HAR that is a resource, because a client reads it as one message."""
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


async def wait_for_request(
    call: Call,
    callback: Callback = "",
    filter: Terms = "",  # the name of the argument
    timeout: Annotated[  # an argument of the tool
        float, Field(description="Maximum seconds to wait.", ge=0, le=MAX_SECONDS)
    ] = 30,
    count: Annotated[
        int, Field(description="Return as soon as this many requests match.", ge=1, le=20)
    ] = 1,
    after: Annotated[
        int | None,
        Field(
            description="Only requests with a larger number. Empty: requests that no earlier "
            "call of this tool returned.",
            ge=0,
        ),
    ] = None,
    body_limit: Limit = 4000,
    body_as: Form = "auto",
) -> Arrived:
    """Wait until requests arrive at a callback, and return them.

    A request that arrived before this call counts, unless an earlier call returned it. Reports
    progress, and can be cancelled. After the time-out it returns what arrived, perhaps nothing.
    """
    watched = watched_by(call, callback)
    before, loop = watched.count, asyncio.get_running_loop()
    start = loop.time()

    async def report(seconds: float, found: int) -> None:
        others = watched.count - before
        arrived = f"{found} of {count} matching requests; {others} arrived since the call."
        await call.report_progress(round(seconds, 3), timeout, arrived)

    found = await watched.wait(Filter(filter), count, timeout, after, report)
    limit = min(body_limit, MAX_WAIT_CHARACTERS // max(1, len(found)))
    head = MAX_WAIT_CHARACTERS // max(5, len(found))
    presenter = app_of(call).presenter
    return Arrived(
        callback=watched.id,
        complete=len(found) == count,
        requests=[presenter.message(each, body_as, 0, limit, head) for each in found],
        others=max(0, watched.count - before - sum(each.number > before for each in found)),
        waited_seconds=round(loop.time() - start, 3),
        next_after=found[-1].number if found else watched.count,
        health=presenter.health(watched),
    )


async def list_requests(
    call: Call,
    callback: Callback = "",
    filter: Terms = "",
    after: Annotated[
        int | None,
        Field(
            description="Begin after the request with this number; 0 begins with the first. "
            "Empty: the newest ones.",
            ge=0,
        ),
    ] = None,
    limit: Annotated[int, Field(description="Maximum number of requests.", ge=1, le=100)] = 20,
) -> Rows:
    """List the requests that a callback received, the oldest first, without their bodies."""
    watched, presenter = watched_by(call, callback), app_of(call).presenter
    matching = await _matching(watched, filter)
    following = [each for each in matching if after is None or each.number > after]
    shown = following[-limit:] if after is None else following[:limit]
    has_more = bool(shown) and shown[-1] is not following[-1]
    return Rows(
        callback=watched.id,
        requests=[presenter.row(each) for each in shown],
        next_after=shown[-1].number if has_more else None,
        earlier=sum(each.number < shown[0].number for each in matching) if shown else 0,
        health=presenter.health(watched),
    )


async def get_request(
    call: Call,
    request: Number,
    callback: Callback = "",
    body_limit: Limit = 8000,
    body_offset: Annotated[
        int, Field(description="Where the part of the body begins; see next_offset.", ge=0)
    ] = 0,
    body_as: Form = "auto",
) -> Detail:
    """Read one request: all header lines in order, and a part of its body."""
    watched = watched_by(call, callback)
    received = watched.get(request)
    message = app_of(call).presenter.message(received, body_as, body_offset, body_limit)
    return Detail(callback=watched.id, request=message)


async def export_har(
    call: Call,
    callback: Callback = "",
    filter: Terms = "",
    file: Annotated[
        str,
        Field(
            description="The name of a new file, without a folder. Only allowed if the user "
            "started this server with --export-dir. Empty: the HAR is a resource.",
            max_length=100,
        ),
    ] = "",
) -> Exported:
    """Export received requests and their responses as an HTTP archive (HAR 1.2).

    The result has the URI of a resource with the HAR, and the HAR itself if it is short.
    """
    app, watched = app_of(call), watched_by(call, callback)
    found = await _matching(watched, filter)
    folder = _folder(app.export_folder) if file else None
    text = await in_thread(partial(har_of, watched, found, app.presenter.hide))
    if folder:
        path = await asyncio.to_thread(_write, folder, file, text)
        return Exported(requests=len(found), resource="", file=str(path), har="")
    if len(text) > MAX_HAR_BYTES:
        raise Invalid(
            f"The HAR would have {len(text):,} bytes, and a resource can have {MAX_HAR_BYTES:,}. "
            "Use a filter that matches fewer requests, or a file."
        )
    export = session_of(call, callback).add_export(text)
    uri = f"webhook-logger://har/{watched.id}/{export.number}"
    short = text if len(text) <= MAX_HAR_CHARACTERS else ""
    return Exported(requests=len(found), resource=uri, file="", har=short)


async def _matching(watched: Watched, terms: str) -> list[Received]:
    """Return the requests that match a filter. Raises `FilterError`."""
    wanted, received = Filter(terms), watched.received
    # Large bodies take seconds, in which other calls continue.
    return await in_thread(lambda: [each for each in received if matches(wanted, each)])


def har_of(watched: Watched, found: Iterable[Received], hide: Callable[[str], str]) -> str:
    """Return an HTTP archive of these requests, with `hide` applied to its texts."""
    origin = "/".join(watched.inbox.url.split("/")[:3])
    entries = (har.entry(each.request, origin, each.response) for each in found)
    return har.HEAD + ",\n".join(json.dumps(changed(each, hide)) for each in entries) + har.FOOT


def _folder(folder: Path | None) -> Path:
    if folder is None:
        raise Invalid(
            "Files are not allowed: the user must start this MCP server with --export-dir. "
            "Without file, the result is a resource."
        )
    return folder


def _write(folder: Path, name: str, text: str) -> Path:
    """Write a new file. Raises `Invalid` if the name is not allowed, or exists."""
    if not _FILE_NAME.fullmatch(name):
        raise Invalid("A file name has only letters, digits, dots, hyphens and underscores.")
    path = folder / (name if name.endswith(".har") else f"{name}.har")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Invalid(f"Cannot write {path.name}: {error.strerror}.") from error
    return path


TOOLS = [
    tool(wait_for_request, "Wait for requests", outside=True),
    tool(list_requests, "List received requests", reads=True, outside=True),
    tool(get_request, "Read a request", reads=True, outside=True),
    tool(export_har, "Export requests as HAR"),
]
