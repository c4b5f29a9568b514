"""Tools for callbacks and their replies."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import Field

from webhook_logger.client.api import reply_fields
from webhook_logger.client.mcp.agent_session import AgentSession
from webhook_logger.client.mcp.app import Call, app_of, key_of, tool, watched_by
from webhook_logger.client.mcp.results import Callbacks, Created, Done, ReplyResult
from webhook_logger.client.mcp.sending import header_lines
from webhook_logger.client.mcp.threads import in_thread
from webhook_logger.client.mcp.tools.arguments import Callback, HeaderFields, Parts
from webhook_logger.client.mcp.watching import Watched


async def create_callback(call: Call) -> Created:
    """Create a private callback: a new URL that receives any HTTP request.

    Requests to the URL, and to longer paths, appear in wait_for_request and list_requests. The
    user can watch them on the page. Only this session and people with the link of the page can see
    them. The sender gets 200 with an empty body, unless set_reply says otherwise.
    """
    session = app_of(call).sessions.for_new_callback(key_of(call))
    return _created(call, session, await session.create())


async def watch_callback(
    call: Call,
    link: Annotated[
        str,
        Field(
            description="The link of the page of a callback, with #key=… if it is private. Empty: "
            "the callback of the user's project, which keeps its URL.",
            max_length=2000,
        ),
    ] = "",
) -> Created:
    """Watch an existing callback: that of the project, or one whose link the user gives.

    The callback of the project is the one that `webhook-logger listen` shows in the same folder.
    Use it if a provider has its URL already. Requests that arrived before this call are not known.
    """
    session = app_of(call).sessions.for_new_callback(key_of(call))
    watched = await (session.watch(link) if link else session.watch_project())
    return _created(call, session, watched)


def _created(call: Call, session: AgentSession, watched: Watched) -> Created:
    app_of(call).sessions.remember(key_of(call), session, watched)
    return Created(**app_of(call).presenter.callback(watched).model_dump())


async def list_callbacks(call: Call) -> Callbacks:
    """List the callbacks of this session, their URLs, and whether each is live."""
    app = app_of(call)
    session = app.sessions.of_call(key_of(call))
    listed = [app.presenter.callback(each) for each in session.callbacks.values()]
    return Callbacks(server=session.home.base, callbacks=listed)


async def close_callback(call: Call, callback: Callback = "") -> Done:
    """Stop watching a callback, and forget its requests.

    Its URL keeps responding to senders, but this session no longer receives the requests.
    """
    sessions, key = app_of(call).sessions, key_of(call)
    session = sessions.of_call(key, callback)
    watched = session.find(callback)
    await session.close_callback(watched)
    await sessions.end_if_empty(key, session, callback)
    return Done(message=f"Callback {watched.id} is closed.")


async def set_reply(
    call: Call,
    callback: Callback = "",
    status: Annotated[int, Field(description="The status of the response.", ge=200, le=599)] = 200,
    headers: HeaderFields = {},  # noqa: B006  # never changed
    body: Annotated[str, Field(description="The body of the response.", max_length=65_536)] = "",
    delay: Annotated[float, Field(description="Seconds before the response.", ge=0, le=30)] = 0,
    times: Annotated[
        int, Field(description="Requests that get this reply; 0 for all.", ge=0, le=10**6)
    ] = 0,
    template: Annotated[
        bool,
        Field(
            description="Whether to fill in {{ json./pointer }}, {{ query.NAME }}, "
            "{{ header.NAME }}, {{ form.NAME }}, {{ request.method }}, {{ now }} and {{ uuid }} in "
            "the body and in header values. Set Content-Type, which decides the escaping."
        ),
    ] = False,
    rules: Annotated[
        Parts,
        Field(
            description='Responses to some requests, such as {"match": {"method": "POST", '
            '"subpath": "/orders*"}, "status": 404, "headers": {…}, "body": "…", "delay": 1}. '
            "The first rule that matches counts.",
            max_length=32,
        ),
    ] = [],  # noqa: B006
    sequence: Annotated[
        list[int | dict[str, Any]],
        Field(
            description="Responses one after the other, such as [503, 503, 200]; the last one "
            "stays. Each is a status, or an object with status, headers, body and delay.",
            max_length=100,
        ),
    ] = [],  # noqa: B006
) -> ReplyResult:
    """Set what senders to a callback get, instead of 200 with an empty body.

    This replaces the whole earlier reply. To see a sender retry, use sequence=[503, 503, 200].
    """
    fields = reply_fields(
        status=status,
        headers=header_lines(headers),
        body=body,
        delay=delay,
        times=times or None,
        cors=True,
        template=template,
        rules=[_with_pairs(each) for each in rules],
        sequence=[_with_pairs(each) if isinstance(each, dict) else each for each in sequence],
    )
    api = watched_by(call, callback).api
    reply = await in_thread(partial(api.set_reply, fields))
    return ReplyResult(reply=app_of(call).presenter.reply(reply))


def _with_pairs(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a reply with its headers as pairs, which the server expects."""
    headers = part.get("headers")
    if not isinstance(headers, dict):
        return part
    return {**part, "headers": list(header_lines({name: str(headers[name]) for name in headers}))}


async def get_reply(call: Call, callback: Callback = "") -> ReplyResult:
    """Return what senders to a callback get."""
    reply = await in_thread(watched_by(call, callback).api.get_reply)
    return ReplyResult(reply=app_of(call).presenter.reply(reply))


async def clear_reply(call: Call, callback: Callback = "") -> Done:
    """Restore the default reply of a callback: 200 with an empty body."""
    await in_thread(watched_by(call, callback).api.reset_reply)
    return Done(message="Senders get 200 with an empty body again.")


TOOLS = [
    tool(create_callback, "Create a callback URL", outside=True),
    tool(watch_callback, "Watch an existing callback", outside=True),
    tool(list_callbacks, "List callbacks", reads=True),
    tool(close_callback, "Close a callback", destroys=True, repeatable=True),
    tool(set_reply, "Set the reply to senders", destroys=True, repeatable=True),
    tool(get_reply, "Show the reply to senders", reads=True),
    tool(clear_reply, "Restore the default reply", destroys=True, repeatable=True),
]
