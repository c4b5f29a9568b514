"""Tools that send requests, and verify signatures."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from webhook_logger.captured import Body
from webhook_logger.client.errors import Invalid
from webhook_logger.client.mcp import sending
from webhook_logger.client.mcp.app import Call, app_of, key_of, tool, watched_by
from webhook_logger.client.mcp.threads import in_thread
from webhook_logger.client.mcp.tools.arguments import (
    Callback,
    HeaderFields,
    Limit,
    Number,
    ProviderName,
    Secret,
    SecretEnv,
    SignatureOptions,
    Timeout,
)
from webhook_logger.client.mcp.untrusted import BodyPart, Sent, Verified
from webhook_logger.providers import Provider

Url = Annotated[
    str,
    Field(
        description="Send to this URL instead of the callback: on this machine, such as "
        "http://localhost:3000/webhooks, or a host that the user allowed.",
        max_length=2000,
    ),
]
Subpath = Annotated[
    str,
    Field(
        description="What to add to the URL of the callback, such as /orders?a=1.", max_length=2000
    ),
]


async def send_sample(
    call: Call,
    provider: ProviderName,
    event: Annotated[
        str, Field(description="The event of the sample; empty for the first one.", max_length=200)
    ] = "",
    callback: Callback = "",
    url: Url = "",
    subpath: Subpath = "",
    body: Annotated[
        str, Field(description="A body instead of the sample's; it is signed.", max_length=10**6)
    ] = "",
    headers: HeaderFields = {},  # noqa: B006  # never changed
    secret: Secret = "",
    secret_env: SecretEnv = "",
    options: SignatureOptions = {},  # noqa: B006
    timeout: Timeout = 30,
    body_limit: Limit = 4000,
) -> Sent:
    """Send a sample request of a provider, signed as the provider signs it if a secret is known.

    It goes to the callback, to test the loop, or to a local URL, to test the user's code. The
    result is the response. For 150 services; the sample is from the provider's documentation.
    """
    chosen = sending.provider_named(provider)
    draft = sending.SampleDraft(
        _destination(call, callback, url, subpath),
        headers=sending.request_lines(headers),
        body=body.encode() if body else None,
        provider=chosen,
        event=event or None,
    )
    return await _send(call, draft, (secret, secret_env), options, timeout, body_limit)


async def send_request(
    call: Call,
    callback: Callback = "",
    url: Url = "",
    subpath: Subpath = "",
    method: Annotated[
        Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        Field(description="The HTTP method."),
    ] = "POST",
    headers: HeaderFields = {},  # noqa: B006
    body: Annotated[str, Field(description="The body.", max_length=10**6)] = "",
    timeout: Timeout = 30,
    body_limit: Limit = 4000,
) -> Sent:
    """Send any request to a callback or to a local URL, without a signature."""
    destination = _destination(call, callback, url, subpath)
    lines = sending.request_lines(headers)
    draft = sending.SampleDraft(destination, method, lines, body.encode())
    return await _send(call, draft, ("", ""), {}, timeout, body_limit)


def _destination(call: Call, callback: str, url: str, subpath: str) -> str:
    """Return the URL to send to. Raises `Invalid` if it is not allowed."""
    targets = app_of(call).targets
    if url:
        return targets.check(url, _own(call, callback))
    watched = watched_by(call, callback)
    own = watched.inbox.url
    if not watched.is_own:
        targets.check(own)
    if not sending.is_below(own + subpath, own):
        raise Invalid("subpath must begin with / or ?, and must not lead out of the callback.")
    return own + subpath


def _own(call: Call, callback: str) -> list[str]:
    """Return the URLs of a session's callbacks to which it may send; empty without a session."""
    session = app_of(call).sessions.existing(key_of(call), callback)
    watched = session.callbacks.values() if session else ()
    return [each.inbox.url for each in watched if each.is_own]


async def _send(
    call: Call,
    draft: sending.SampleDraft,
    secrets: tuple[str, str],
    options: dict[str, str],
    seconds: float,
    limit: int,
) -> Sent:
    app, provider = app_of(call), draft.provider
    secret = app.secrets.choose(provider, *secrets) if provider else None
    outgoing = draft.request(secret, options)
    sending.check_host(outgoing.url, outgoing.headers)
    outcome = await in_thread(partial(sending.send, outgoing, seconds))
    return _sent(call, outgoing.url, outcome, limit, _note(provider, secret), bool(secret))


def _note(provider: Provider | None, secret: str | None) -> str:
    if not provider:
        return ""
    if secret:
        return f"Signed as {provider.name}."
    return (
        "Not signed, because no secret is known. Give secret, or let the user set "
        f"{sending.variable(provider)} in the environment of this MCP server."
    )


def _sent(
    call: Call, url: str, outcome: sending.Outcome, limit: int, note: str, signed: bool
) -> Sent:
    presenter, response = app_of(call).presenter, outcome.response
    lines = response.headers if response else ()
    content = response.body if response else b""
    body: BodyPart = presenter.body(Body(content, len(content)), lines, "auto", 0, limit)
    return Sent(
        target=presenter.hide(url),
        signed=signed,
        note=note,
        status=response.status if response else None,
        error=presenter.field(outcome.error, 1000),
        seconds=round(outcome.seconds, 3),
        headers=presenter.headers(lines),
        body=body,
    )


async def forward_request(
    call: Call,
    request: Number,
    url: Annotated[
        str,
        Field(
            description="The target on this machine, such as http://localhost:3000/webhooks. The "
            "subpath and the query are added.",
            min_length=1,
            max_length=2000,
        ),
    ],
    callback: Callback = "",
    keep_host: Annotated[
        bool, Field(description="Whether to send the sender's Host header.")
    ] = False,
    timeout: Timeout = 30,
    body_limit: Limit = 4000,
) -> Sent:
    """Send a received request, unchanged, to the user's local server, and return the response.

    Method, path, query, header lines and body are those that arrived, so signatures stay valid.
    """
    received = watched_by(call, callback).get(request).request
    target = app_of(call).targets.check(url)
    if keep_host:
        sending.check_host(target, (("Host", received.host),))
    outcome = await in_thread(partial(sending.forward_once, received, target, timeout, keep_host))
    return _sent(call, target, outcome, body_limit, f"Request {request} was forwarded.", False)


async def verify_signature(
    call: Call,
    request: Number,
    callback: Callback = "",
    provider: Annotated[
        str,
        Field(
            description="The id of the provider. Empty: the one that is recognised.", max_length=100
        ),
    ] = "",
    secret: Secret = "",
    secret_env: SecretEnv = "",
    options: SignatureOptions = {},  # noqa: B006
) -> Verified:
    """Verify the signature of a received request, and say why it is not valid.

    The time in the signature is compared with the arrival of the request.
    """
    app = app_of(call)
    received = watched_by(call, callback).get(request).request
    chosen = sending.provider_of(received, provider)
    known = app.secrets.choose(chosen, secret, secret_env)
    if known is None:
        raise sending.no_secret(chosen)
    verdict = await in_thread(partial(chosen.verify, received, known, **options))
    hide = app.presenter.field
    return Verified(
        number=request,
        valid=verdict.ok,
        provider=chosen.name,
        reason=verdict.reason,
        explanation=hide(verdict.text, 1000),
        notes=[hide(each, 1000) for each in verdict.notes],
    )


TOOLS = [
    tool(send_sample, "Send a signed sample", outside=True),
    tool(send_request, "Send a request", outside=True),
    tool(forward_request, "Forward to a local server", outside=True),
    tool(verify_signature, "Verify a signature", reads=True),
]
