"""Send requests for an agent, only to places that the user allows.

An agent reads what unknown senders send. No request must make it send data to an attacker, or to
another machine in the user's network. So targets are this machine, the callbacks of the agent, and
the hosts that the user names.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from urllib.parse import quote

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.address import absolute
from webhook_logger.client.errors import Invalid, TooLarge, Unreachable
from webhook_logger.client.http import Http, HttpResponse, parse
from webhook_logger.client.relay.relayed import Relayed, check_added, forwarded
from webhook_logger.client.relay.target import Target
from webhook_logger.headers import HeaderLines
from webhook_logger.providers import OutgoingRequest, Provider, UnknownProvider, ids, recognise
from webhook_logger.providers.provider import GENERIC, get

MAX_RESPONSE_BYTES = 2**20
SECRET_VARIABLE = "WEBHOOK_SECRET"  # noqa: S105  # the name of a variable
"""Only variables whose names start like this can be used as secrets."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The hosts to which an agent may send requests."""

    hosts: frozenset[str] = frozenset()
    """Hosts, or hosts and ports, that the user allows."""
    loopback: bool = True
    """Whether this machine is allowed: false if the MCP server serves other machines."""

    @classmethod
    def of(cls, named: Iterable[str], *, loopback: bool) -> Targets:
        """Return the targets for the values of --allow-target. Raises `Invalid`."""
        return cls(frozenset(map(_host_and_port, named)), loopback)

    def check(self, url: str, callbacks: Iterable[str] = ()) -> str:
        """Return the complete URL. Raises `Invalid` if it is not allowed.

        `callbacks` are the URLs of the agent's callbacks.
        """
        full = absolute(url)
        where = parse(full)
        host = where.host.decode().lower()
        port = where.port or {b"https": 443}.get(where.scheme, 80)
        named = {host, f"{host}:{port}"} & self.hosts
        own = any(is_below(full, each) for each in callbacks)
        if own or named or (self.loopback and _is_local(host)):
            return full
        raise Invalid(
            f"Not sent: {host} is not allowed as a target. Allowed are "
            f"{'this machine (localhost), ' if self.loopback else ''}callbacks that this session "
            "created, the callback of the project, and hosts that the user names with "
            "--allow-target at the start."
        )


def _host_and_port(named: str) -> str:
    """Return a host, or a host and a port, as `Targets` compares them."""
    if set("/?#@") & set(named):
        raise Invalid(f"--allow-target must be a host, or a host and a port: {named!r}.")
    where = parse(f"http://{named}")
    host = where.host.decode().lower()
    return host if where.port is None else f"{host}:{where.port}"


def is_below(url: str, callback: str) -> bool:
    """Return whether a URL is that of a callback, or below it without a way out."""
    rest = url.removeprefix(callback)
    if rest == url or rest[:1] not in ("", "/", "?"):
        return False
    path = rest.partition("?")[0]
    with suppress(Invalid):
        Target.at(callback).target_of(Relayed("POST", path, "", (), b""))
        return True
    return False


def _is_local(host: str) -> bool:
    """Return whether a host is this machine by its name or address, without asking DNS."""
    with suppress(ValueError):
        return "%" not in host and ip_address(host.strip("[]")).is_loopback
    return host == "localhost" or host.endswith(".localhost")


@dataclass(frozen=True, slots=True)
class SecretBox:
    """The secrets of providers, from the environment, so that the model can't see them."""

    of: Callable[[Provider], str | None]
    """Returns the secret of a provider in the environment."""
    known: frozenset[str] = field(default=frozenset(), repr=False)
    """The secrets that `of` can return."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def choose(self, provider: Provider, secret: str, variable: str) -> str | None:
        """Return the given secret, that in the named variable, or that of the environment.

        Raises `Invalid` if the variable is not set, or is not for such secrets.
        """
        if secret and variable:
            raise Invalid("Use either secret or secret_env, not both.")
        if not variable:
            return secret or self.of(provider)
        if not variable.startswith(SECRET_VARIABLE):
            raise Invalid(f"Only variables whose names start with {SECRET_VARIABLE} can be used.")
        if not self.environ.get(variable):
            raise Invalid(f"{variable} is not set in the environment of the MCP server.")
        return self.environ[variable]

    def hidden(self) -> tuple[str, ...]:
        """Return all texts that no result may contain, the longest first.

        These are the secrets, also as they are written in JSON, in a URL and in a header line.
        """
        named = {text for name, text in self.environ.items() if name.startswith(SECRET_VARIABLE)}
        texts = named | self.known
        in_json = {
            json.dumps(each, ensure_ascii=to)[1:-1] for each in texts for to in (True, False)
        }
        in_url = {quote(each, safe="", errors="surrogateescape") for each in texts}
        on_wire = {each.encode(errors="surrogateescape").decode("latin-1") for each in texts}
        return tuple(sorted(texts | in_json | in_url | on_wire, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class SampleDraft:
    """A request to send."""

    url: str
    method: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    provider: Provider | None = None
    """Its sample is sent, unless there is a body, and it decides how to sign."""
    event: str | None = None

    def request(self, secret: str | None, options: Mapping[str, str]) -> OutgoingRequest:
        """Return the request, signed if there is a secret. Raises a `ProviderError`."""
        outgoing = OutgoingRequest(url=self.url)
        if self.provider and self.provider.id != GENERIC:
            outgoing = self.provider.sample(self.event, self.url)
        names = {name.lower() for name, _ in self.headers}
        kept = (line for line in outgoing.headers if line[0].lower() not in names)
        outgoing = replace(
            outgoing,
            method=self.method or outgoing.method,
            headers=(*kept, *self.headers),
            body=outgoing.body if self.body is None else self.body,
        )
        if not self.provider or not secret:
            return outgoing
        signed = self.provider.sign(outgoing, secret, **options)
        return replace(outgoing, headers=signed.headers, body=signed.body)


def header_lines(headers: Mapping[str, str]) -> HeaderLines:
    """Return header lines as Latin-1; other characters are sent as UTF-8."""
    return tuple(
        (name, value.strip(" \t").encode().decode("latin-1")) for name, value in headers.items()
    )


def request_lines(headers: Mapping[str, str]) -> HeaderLines:
    """Return the header lines of a request. Raises `Invalid` if one determines its framing."""
    lines = header_lines(headers)
    check_added(lines)
    return lines


def check_host(url: str, lines: HeaderLines) -> None:
    """Raise `Invalid` if a `Host` line could bring the request to another site.

    Many sites can share one address, behind a proxy or a content delivery network.
    """
    if _is_local(parse(url).host.decode().lower()):
        return
    if any(name.lower() == "host" for name, _ in lines):
        raise Invalid("Not sent: only requests to this machine (localhost) can have another Host.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The response to a request that was sent, or the error."""

    response: HttpResponse | None
    seconds: float
    error: str = ""


def send(outgoing: OutgoingRequest, seconds: float) -> Outcome:
    """Send a request once. Redirects are not followed. Raises `Invalid`."""
    url, lines = outgoing.url, outgoing.headers
    return _exchange(lambda http: http.send(outgoing.method, url, lines, outgoing.body), seconds)


def forward_once(request: CapturedRequest, url: str, seconds: float, keep_host: bool) -> Outcome:
    """Send a captured request to a target once, unchanged. Raises `Invalid`."""
    if not request.body.complete:
        raise Invalid(
            "Its body was over the server's limit and not kept, so it can't be forwarded."
        )
    target, sent = Target.at(url), forwarded(request, keep_host=keep_host)
    try:
        path = target.target_of(sent)
    except Invalid as error:
        raise Invalid(str(error).partition(" Use --")[0]) from error  # an option of other commands
    base, lines, body = target.base, sent.headers, sent.body
    return _exchange(lambda http: http.send(sent.method, base, lines, body, target=path), seconds)


def _exchange(request: Callable[[Http], HttpResponse], seconds: float) -> Outcome:
    start = time.monotonic()
    with Http(timeout=seconds, max_bytes=MAX_RESPONSE_BYTES) as http:
        try:
            response = request(http)
        except (TooLarge, Unreachable) as error:
            return Outcome(None, time.monotonic() - start, str(error))
    return Outcome(response, time.monotonic() - start)


def provider_named(name: str) -> Provider:
    """Return a provider by its id. Raises `Invalid`, with all ids unless one is similar."""
    try:
        return get(name)
    except UnknownProvider as error:
        if "Did you mean" in str(error):
            raise
        raise Invalid(f"There is no such provider. The ids are: {', '.join(ids())}.") from error


def provider_of(request: CapturedRequest, name: str) -> Provider:
    """Return the named provider, else the one that the request is recognised as.

    Raises `UnknownProvider`, or `Invalid` if the request is not recognised.
    """
    if name:
        return provider_named(name)
    found = recognise(request)
    if not found:
        raise Invalid(
            "The provider of this request is not recognised. Name it, or use provider=generic with "
            "options such as header and algorithm."
        )
    return found.provider


def variable(provider: Provider) -> str:
    """Return the name of the variable with the secret of a provider."""
    return f"{SECRET_VARIABLE}_{provider.id.upper().replace('-', '_')}"


def no_secret(provider: Provider) -> Invalid:
    """Return the error of a signature that cannot be verified."""
    return Invalid(
        f"The signature was not verified, because no secret for {provider.name} is known. Give "
        f"secret, or let the user set {variable(provider)} in the environment of this MCP server."
    )
