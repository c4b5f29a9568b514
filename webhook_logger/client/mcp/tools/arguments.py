"""Arguments that several tools share, with their descriptions and limits."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import Field

from webhook_logger.client.mcp.present import BodyForm

MAX_SECONDS = 600
MAX_LIMIT = 20_000
"""Maximum characters of one body in a result."""

Callback: TypeAlias = Annotated[
    str,
    Field(
        description="The id of the callback that create_callback returned, or its URL. "
        "May be empty if this session has exactly one.",
        max_length=2000,
    ),
]
Number: TypeAlias = Annotated[
    int, Field(description="The number of the request in list_requests.", ge=1)
]
Terms: TypeAlias = Annotated[
    str,
    Field(
        description="Only matching requests. Terms are separated by spaces and must all match: a "
        "word searches everywhere; method:post|put, path:/orders, header:x-name=value, body:text, "
        'provider:github, event:push, status:5xx, size:>10kB, "a phrase"; -word excludes.',
        max_length=2000,
    ),
]
Limit: TypeAlias = Annotated[
    int, Field(description="Maximum characters of each body in the result.", ge=0, le=MAX_LIMIT)
]
Form: TypeAlias = Annotated[
    BodyForm,
    Field(
        description="How to show bodies: auto shows text as text and other bodies as hex; base64 "
        "and hex show the exact bytes."
    ),
]
Timeout: TypeAlias = Annotated[
    float, Field(description="Maximum seconds for the response.", gt=0, le=120)
]
ProviderName: TypeAlias = Annotated[
    str,
    Field(
        description="The id of a provider, such as github, stripe, shopify, slack or "
        "standard-webhooks; generic is any other HMAC.",
        max_length=100,
    ),
]
Secret: TypeAlias = Annotated[
    str,
    Field(
        description="The signing secret. Leave it empty to use the one in the environment of this "
        "server (WEBHOOK_SECRET_<PROVIDER>), which is better.",
        max_length=20_000,
    ),
]
SecretEnv: TypeAlias = Annotated[
    str,
    Field(
        description="The environment variable of this server with the secret; its name starts with "
        "WEBHOOK_SECRET.",
        max_length=200,
    ),
]
SignatureOptions: TypeAlias = Annotated[
    dict[str, str],
    Field(
        description="Options of the provider's signature, such as url for Twilio; for generic: "
        "header, algorithm, encoding, prefix, signed.",
        max_length=20,
    ),
]
HeaderFields: TypeAlias = Annotated[
    dict[str, str], Field(description="Header lines, as name and value.", max_length=100)
]
Parts: TypeAlias = list[dict[str, Any]]
